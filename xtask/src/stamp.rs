//! Steps that are left out when nothing they read has changed.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

use anyhow::{Context, Result};
use walkdir::WalkDir;

/// A build step: what it reads and what it makes, as paths below `root`.
pub(crate) struct Step<'a> {
    /// The repository.
    pub(crate) root: &'a Path,
    /// File in target/ that remembers the inputs of the last run.
    pub(crate) name: &'a str,
    /// Files and folders that are read.
    pub(crate) inputs: &'a [&'a str],
    /// Files that must be there afterwards.
    pub(crate) outputs: &'a [&'a str],
}

impl Step<'_> {
    /// Does `work`, unless its inputs and its outputs are those of the last time.
    pub(crate) fn run(&self, work: impl FnOnce() -> Result<()>) -> Result<()> {
        let stamp = self.root.join("target/stamps").join(self.name);
        let inputs = self.fingerprint(self.inputs)?;
        let made = self.outputs.iter().all(|path| self.root.join(path).exists());
        if made && fs::read_to_string(&stamp).is_ok_and(|then| self.is_current(&then, &inputs)) {
            return Ok(());
        }
        // A run that fails halfway must not be taken for the last good one.
        let _ = fs::remove_file(&stamp);
        work()?;
        fs::create_dir_all(self.root.join("target/stamps"))?;
        // The inputs as they were before: what is edited meanwhile counts the next time.
        let made = self.fingerprint(&self.output_files())?;
        fs::write(&stamp, format!("{inputs} {made}")).with_context(|| format!("writing {}", stamp.display()))
    }

    fn is_current(&self, then: &str, inputs: &str) -> bool {
        then.split_once(' ').is_some_and(|(read, made)| {
            read == inputs && self.fingerprint(&self.output_files()).is_ok_and(|now| now == made)
        })
    }

    /// Folders only have to be there: npm's are large and its own business.
    fn output_files(&self) -> Vec<&str> {
        self.outputs.iter().copied().filter(|path| self.root.join(path).is_file()).collect()
    }

    /// A hash over names and contents.
    fn fingerprint(&self, paths: &[&str]) -> Result<String> {
        let mut hasher = DefaultHasher::new();
        for path in paths {
            for entry in WalkDir::new(self.root.join(path)).sort_by_file_name() {
                let entry = entry.with_context(|| format!("reading {path}"))?;
                if entry.file_type().is_file() {
                    entry.path().hash(&mut hasher);
                    fs::read(entry.path())?.hash(&mut hasher);
                }
            }
        }
        Ok(format!("{:016x}", hasher.finish()))
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::fs;

    use super::Step;

    #[test]
    fn runs_again_only_when_something_changed() {
        let root = std::env::temp_dir().join(format!("xtask-stamp-{}", std::process::id()));
        fs::create_dir_all(root.join("in")).unwrap();
        fs::write(root.join("in/a"), "1").unwrap();
        let runs = Cell::new(0);
        let run = || {
            let step = Step { root: &root, name: "step", inputs: &["in"], outputs: &["out"] };
            step.run(|| {
                runs.set(runs.get() + 1);
                Ok(fs::write(root.join("out"), "")?)
            })
            .unwrap();
            runs.get()
        };
        assert_eq!(run(), 1);
        assert_eq!(run(), 1, "nothing changed");
        fs::write(root.join("in/a"), "2").unwrap();
        assert_eq!(run(), 2, "an input changed");
        fs::remove_file(root.join("out")).unwrap();
        assert_eq!(run(), 3, "the output is gone");
        fs::write(root.join("out"), "another's").unwrap();
        assert_eq!(run(), 4, "the output is another's");
        fs::remove_dir_all(&root).unwrap();
    }
}
