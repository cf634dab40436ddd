//! What people and programs read: problems, objects, tables; as text, JSON, YAML. Pure.

pub mod doctor;
pub mod download;
mod evidence_data;
pub mod header;
pub mod history;
pub mod image;
pub mod installed;
pub mod objects;
pub mod outcome;
mod page;
pub mod plan;
pub mod plan_data;
mod plan_values;
pub mod problems;
pub mod progress;
pub mod reference;
pub mod removal;
pub mod removal_data;
pub mod status;
pub mod verdict;
pub mod yaml;
