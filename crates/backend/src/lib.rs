//! Reference Aura backend.
