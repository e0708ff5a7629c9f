//! The program `lienquay-node`: a node without a window, and the command line to any node of this user.

fn main() -> std::process::ExitCode {
    lienquay_node::cli::main()
}
