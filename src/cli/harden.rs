//! Keeps this process's memory, which holds secrets, to itself.

/// Lets no crash write memory to disk, and on Linux and Android no other process of the same user read it. To be called
/// before anything secret is read. If the system refuses, the run continues.
pub fn no_core_dumps() {
    #[cfg(unix)]
    {
        _ = rlimit::Resource::CORE.set(0, 0);
    }
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        // The limit does not count where a core dump goes to a program; this does.
        _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
    }
}
