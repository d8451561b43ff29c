//! Server-side signing.
