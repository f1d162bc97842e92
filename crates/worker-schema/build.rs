//! Compiles the schema to Rust.

use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-changed=schema");
    println!("cargo::rerun-if-changed=build.rs");
    let root = Path::new("schema/message.fbs");
    let declarations =
        planus_translation::translate_files(&[root]).expect("the schema cannot be read");
    let code =
        planus_codegen::generate_rust(&declarations, false).expect("the schema cannot be compiled");
    // The types are for one protocol only; without these two they need no further dependency.
    let code = code.replace("::serde::Serialize, ::serde::Deserialize", "");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    fs::write(out.join("schema.rs"), code).expect("the compiled schema cannot be written");
}
