//! Nothing secret is printed, whatever happens.
