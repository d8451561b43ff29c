//! The phantom's shapes, and sections through them.

use super::{FIELD_OF_VIEW_MM, RADIUS_MM};

/// Hounsfield units of what surrounds the head.
const AIR: i32 = -1000;

/// An ellipsoid turned about the axis from feet to head; lengths in units of the phantom's radius.
struct Ellipsoid {
    /// Added to what it lies in, in Hounsfield units.
    density: i32,
    half_axes: [f64; 3],
    centre: [f64; 3],
    /// Radians.
    turned: f64,
}

const fn ellipsoid(density: i32, half_axes: [f64; 3], centre: [f64; 3], degrees: f64) -> Ellipsoid {
    Ellipsoid { density, half_axes, centre, turned: degrees * std::f64::consts::PI / 180.0 }
}

/// Skull, brain, ventricles and a few lesions, after the head phantom of Shepp and Logan (1974).
const HEAD: [Ellipsoid; 10] = [
    ellipsoid(1900, [0.69, 0.92, 0.81], [0.0, 0.0, 0.0], 0.0),
    ellipsoid(-865, [0.6624, 0.874, 0.78], [0.0, -0.0184, 0.0], 0.0),
    ellipsoid(-27, [0.11, 0.31, 0.22], [0.22, 0.0, 0.0], -18.0),
    ellipsoid(-27, [0.16, 0.41, 0.28], [-0.22, 0.0, 0.0], 18.0),
    ellipsoid(18, [0.21, 0.25, 0.41], [0.0, 0.35, -0.15], 0.0),
    ellipsoid(25, [0.046, 0.046, 0.05], [0.0, 0.1, 0.25], 0.0),
    ellipsoid(25, [0.046, 0.046, 0.05], [0.0, -0.1, 0.25], 0.0),
    ellipsoid(30, [0.046, 0.023, 0.05], [-0.08, -0.605, 0.0], 0.0),
    ellipsoid(30, [0.023, 0.023, 0.02], [0.0, -0.606, 0.0], 0.0),
    ellipsoid(30, [0.023, 0.046, 0.02], [0.06, -0.605, 0.0], 0.0),
];

/// A section through the phantom, in patient coordinates (PS3.3 §C.7.6.2): left, back, head.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plane {
    /// Middle of the image, in millimetres.
    pub(super) centre: [f64; 3],
    /// Direction of the rows.
    pub(super) along: [f64; 3],
    /// Direction of the columns.
    pub(super) down: [f64; 3],
    /// Millimetres to the next one.
    pub(super) spacing: f64,
}

impl Plane {
    pub(super) const fn sagittal() -> Self {
        Self { centre: [0.0; 3], along: [0.0, 1.0, 0.0], down: [0.0, 0.0, -1.0], spacing: 1.0 }
    }

    pub(super) const fn coronal() -> Self {
        Self { centre: [0.0; 3], along: [1.0, 0.0, 0.0], down: [0.0, 0.0, -1.0], spacing: 1.0 }
    }

    /// Equally thick slices from the lower to the upper end of the skull.
    pub(super) fn axial_stack(slices: u32) -> Vec<Self> {
        let extent = 2.0 * 0.8 * RADIUS_MM;
        let spacing = extent / f64::from(slices);
        let at = |index: u32| (f64::from(index) + 0.5) * spacing - extent / 2.0;
        let slice = |index| Self {
            centre: [0.0, 0.0, at(index)],
            along: [1.0, 0.0, 0.0],
            down: [0.0, 1.0, 0.0],
            spacing,
        };
        (0..slices).map(slice).collect()
    }

    /// Middle of the first pixel, in millimetres.
    pub(super) fn corner(&self, size: u16) -> [f64; 3] {
        let half = (FIELD_OF_VIEW_MM - pixel_spacing(size)) / 2.0;
        combine(&self.centre, &self.along, -half, &self.down, -half)
    }

    /// The section in Hounsfield units, row by row.
    pub(super) fn render(&self, size: u16) -> Vec<i32> {
        let spacing = pixel_spacing(size);
        let corner = self.corner(size);
        let mut image = vec![AIR; usize::from(size) * usize::from(size)];
        for (row, pixels) in image.chunks_exact_mut(usize::from(size)).enumerate() {
            let start = combine(&corner, &self.down, row as f64 * spacing, &self.along, 0.0);
            for shape in &HEAD {
                let Some((enter, leave)) = shape.crossing(&start, &self.along) else { continue };
                let first = (enter / spacing).ceil().max(0.0) as usize;
                let end = ((leave / spacing).floor() + 1.0).max(0.0) as usize;
                for pixel in pixels.iter_mut().take(end).skip(first) {
                    *pixel += shape.density;
                }
            }
        }
        image
    }
}

impl Ellipsoid {
    /// Where a line enters and leaves, in millimetres from `start`.
    fn crossing(&self, start: &[f64; 3], direction: &[f64; 3]) -> Option<(f64, f64)> {
        let (from, along) = (self.local(start, &self.centre), self.local(direction, &[0.0; 3]));
        // |from + t·along|² = 1
        let (a, b, c) = (dot(&along, &along), dot(&from, &along), dot(&from, &from) - 1.0);
        let root = (b * b - a * c).sqrt();
        (root > 0.0).then(|| ((-b - root) / a, (-b + root) / a))
    }

    /// In the frame in which the ellipsoid is the unit sphere.
    fn local(&self, millimetres: &[f64; 3], centre: &[f64; 3]) -> [f64; 3] {
        let [x, y, z] = *millimetres;
        let [cx, cy, cz] = *centre;
        let (x, y, z) = (x / RADIUS_MM - cx, y / RADIUS_MM - cy, z / RADIUS_MM - cz);
        let (sin, cos) = self.turned.sin_cos();
        let [a, b, c] = self.half_axes;
        [(x * cos + y * sin) / a, (y * cos - x * sin) / b, z / c]
    }
}

/// Millimetres between the middles of two pixels.
pub(super) fn pixel_spacing(size: u16) -> f64 {
    FIELD_OF_VIEW_MM / f64::from(size)
}

fn dot(a: &[f64; 3], b: &[f64; 3]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn combine(origin: &[f64; 3], u: &[f64; 3], s: f64, v: &[f64; 3], t: f64) -> [f64; 3] {
    let ([ox, oy, oz], [ux, uy, uz], [vx, vy, vz]) = (*origin, *u, *v);
    [ox + s * ux + t * vx, oy + s * uy + t * vy, oz + s * uz + t * vz]
}

#[cfg(test)]
mod tests {
    use super::{AIR, Plane};

    #[test]
    fn a_slice_through_the_middle_shows_air_skull_and_brain() {
        let size = 128;
        let image = Plane::axial_stack(3)[1].render(size);
        assert_eq!(image.len(), 128 * 128);
        assert_eq!(image[0], AIR);
        assert_eq!(image.iter().max(), Some(&900), "compact bone");
        let brain = image[64 * 128 + 64];
        assert!((0..100).contains(&brain), "{brain}");
    }

    #[test]
    fn the_skull_is_closed_at_both_ends_of_the_stack() {
        let stack = Plane::axial_stack(40);
        for slice in [&stack[0], &stack[39]] {
            let image = slice.render(64);
            assert!(image.iter().any(|value| *value > 500));
        }
    }
}
