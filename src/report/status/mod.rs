//! How an environment is: for a person, and for a program.

mod age;
mod data;
mod page;
mod read;
mod row;
pub(super) mod table;

pub use age::{age, since};
pub use data::{
    Address, Applied, Drifted, Image, Phase, Pod, Port, Reason, Remark, Status, Stopped, Usage, Volume, schema,
};
pub use page::{Detail, for_person, line};
pub use row::{Columns, Row, list_for_person, list_for_program, list_schema};
