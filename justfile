# The recipes call what CI calls. List them with `just --list`.

# Run everything that must pass before a change is merged
ci:
    .ci/run

# Run the tests
test *arguments:
    cargo test --locked {{arguments}}

# Check format, lints and documentation
lint:
    cargo fmt --check
    cargo clippy --all-targets --locked -- -D warnings
    RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --locked

# Drive the sandbox with the official clients
official:
    cargo build --release --locked
    .ci/official/run target/release/cloudbal

# Measure signing, parsing and writing
bench:
    cargo bench --locked

# Measure whole processes against the floor, curl and tccli
bench-processes:
    benches/processes.py

# Run the fuzz checks on a stable toolchain
fuzz:
    cargo test --locked --test fuzz
