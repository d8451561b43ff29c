//! A synthetic CT study of a head phantom, for trying things out without anybody's images.
//!
//! Everything in it is computed and the same on every run: ellipsoids after Shepp and Logan, marked as synthetic by the
//! patient's name, id and descriptions, with UIDs under 2.25 (PS3.5 §B.2).

mod dataset;
mod geometry;

use std::path::Path;
use std::{fs, io};

use dicom_object::{WithMetaError, WriteError};
use thiserror::Error;

use geometry::Plane;

/// Millimetres that the head phantom's unit sphere measures; its skull is then 190 mm long.
const RADIUS_MM: f64 = 103.0;
/// Millimetres that a slice is wide and high.
const FIELD_OF_VIEW_MM: f64 = 240.0;

/// How large a study is made.
#[derive(Clone, Copy, Debug)]
pub struct Phantom {
    /// Slices of the main series. A second one has a third of them, and there are two localizer images.
    pub slices: u32,
    /// Rows and columns of every image.
    pub size: u16,
}

/// One file of the study.
#[derive(Clone, Debug)]
pub struct PhantomFile {
    /// Path within the study's folder, with `/`.
    pub path: String,
    /// The file's bytes.
    pub bytes: Vec<u8>,
}

/// The study can't be made.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PhantomError {
    /// The images would have no pixels, or there would be none.
    #[error("a phantom needs at least one slice, of at least 16 pixels")]
    Empty,
    /// An object's meta group can't be built.
    #[error("cannot build a DICOM meta group")]
    Meta(#[source] Box<WithMetaError>),
    /// An object can't be encoded.
    #[error("cannot encode a DICOM object")]
    Encode(#[source] Box<WriteError>),
    /// A file can't be written.
    #[error("cannot write the study")]
    Write(#[from] io::Error),
}

/// One of the study's series.
struct Series {
    number: u32,
    description: &'static str,
    kernel: &'static str,
    /// (0008,0008)
    image_type: &'static str,
    /// Grey values shown (0028,1050) and (0028,1051), in Hounsfield units.
    window: (i32, i32),
    planes: Vec<Plane>,
}

impl Phantom {
    /// Makes the files, one after another.
    ///
    /// # Errors
    /// [`PhantomError::Empty`] or [`PhantomError::Encode`].
    pub fn files(
        &self,
    ) -> Result<impl Iterator<Item = Result<PhantomFile, PhantomError>> + use<>, PhantomError> {
        let Self { slices, size } = *self;
        if slices == 0 || size < 16 {
            return Err(PhantomError::Empty);
        }
        let images = series(slices).into_iter().flat_map(|series| {
            let series = std::rc::Rc::new(series);
            let planes = series.planes.clone();
            planes
                .into_iter()
                .zip(1u32..)
                .map(move |(plane, number)| (std::rc::Rc::clone(&series), plane, number))
        });
        Ok(images.map(move |(series, plane, number)| {
            let bytes = dataset::encode(&series, &plane, number, size)?;
            Ok(PhantomFile { path: format!("PHANTOM/SE{:02}/IM{number:04}.dcm", series.number), bytes })
        }))
    }

    /// Writes the files into a directory, which is made if it is missing. Gives their number back.
    ///
    /// # Errors
    /// Any [`PhantomError`].
    pub fn write(&self, directory: &Path) -> Result<usize, PhantomError> {
        let mut count = 0;
        for file in self.files()? {
            let file = file?;
            let path = directory.join(&file.path);
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::write(path, file.bytes)?;
            count += 1;
        }
        Ok(count)
    }
}

fn series(slices: u32) -> [Series; 3] {
    [
        Series {
            number: 1,
            description: "Localizer (synthetic)",
            kernel: "T20",
            image_type: "DERIVED\\SECONDARY\\LOCALIZER",
            window: (40, 400),
            planes: vec![Plane::sagittal(), Plane::coronal()],
        },
        Series {
            number: 2,
            description: "Head axial soft tissue (synthetic)",
            kernel: "H30",
            image_type: "DERIVED\\SECONDARY\\AXIAL",
            window: (40, 80),
            planes: Plane::axial_stack(slices),
        },
        Series {
            number: 3,
            description: "Head axial bone (synthetic)",
            kernel: "H70",
            image_type: "DERIVED\\SECONDARY\\AXIAL",
            window: (400, 2000),
            planes: Plane::axial_stack(slices.div_ceil(3)),
        },
    ]
}
