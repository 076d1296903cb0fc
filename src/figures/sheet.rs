//! A table whose columns say what they are.

use serde::Serialize;
use serde_json::{Map, Value};

/// What stands in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A name or sentence.
    Text,
    /// Units of the scenario's currency.
    Money,
    /// A share: 0.25 is shown as 25 %.
    Share,
    /// Any other number.
    Number,
    /// True or false.
    Truth,
    /// A number in the unit of the row's measure.
    Measure,
    /// A difference in that unit: 0.01 of a share is one percentage point.
    Difference,
}

/// A column: what its numbers are.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Column {
    /// Its name in CSV and JSON.
    pub name: &'static str,
    /// What stands in it.
    pub kind: Kind,
    /// What it says, for the data dictionary.
    pub definition: &'static str,
}

impl Column {
    /// A column.
    pub(super) const fn new(name: &'static str, kind: Kind, definition: &'static str) -> Self {
        Self { name, kind, definition }
    }
}

/// A table of rows that all have the same columns; what is undefined is null.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// Its name: `NAME.csv`, and the key in the summary.
    pub name: &'static str,
    /// Its columns, in order.
    pub columns: &'static [Column],
    /// Its rows, cells in the order of the columns.
    pub rows: Vec<Vec<Value>>,
}

impl Sheet {
    /// The sheet of typed rows, whose fields are the columns.
    pub(super) fn of<Row: Serialize>(name: &'static str, columns: &'static [Column], rows: &[Row]) -> Self {
        let cells = |row: &Row| {
            let mut fields = match serde_json::to_value(row) {
                Ok(Value::Object(fields)) => fields,
                // Rows are structs of numbers and texts, which are always an object.
                _ => Map::new(),
            };
            debug_assert!(fields.keys().eq(columns.iter().map(|column| column.name)), "{name}: {:?}", fields.keys());
            columns.iter().map(|column| fields.shift_remove(column.name).unwrap_or_default()).collect()
        };
        Self { name, columns, rows: rows.iter().map(cells).collect() }
    }

    /// Its rows as JSON objects.
    pub fn objects(&self) -> Vec<Value> {
        let object = |row: &Vec<Value>| {
            let cells = self.columns.iter().zip(row).map(|(column, cell)| (column.name.to_owned(), cell.clone()));
            Value::Object(cells.collect())
        };
        self.rows.iter().map(object).collect()
    }
}
