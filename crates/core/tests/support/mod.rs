//! What the tests share.
#![allow(dead_code, unused_imports, reason = "each test file uses its part")]

mod dataset;
mod image;
mod shell;
pub(crate) mod walking;

pub(crate) use dataset::{DataSet, UNDEFINED};
pub(crate) use image::{Image, element, part10};
pub(crate) use shell::{checksum, pack, zip_of};
