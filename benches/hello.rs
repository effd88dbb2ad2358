//! The least a process can do: what `cloudbal --version` is compared with.
#![expect(clippy::print_stdout)]

fn main() {
    println!("cloudbal 0.1.0");
}
