//! What people and programs read: problems, objects, tables; as text, JSON, YAML. Pure.

pub mod objects;
pub mod problems;
pub mod reference;
pub mod yaml;
