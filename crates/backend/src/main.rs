//! The backend as a program.
fn main() {}
