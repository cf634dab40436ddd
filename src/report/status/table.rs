//! A table as kubectl writes it: a line of titles, columns as wide as they have to be.

/// The rows below their titles. The last column is never filled up.
pub(in crate::report) fn table(titles: &[&str], rows: &[Vec<String>]) -> String {
    let titles: Vec<String> = titles.iter().map(|title| (*title).to_owned()).collect();
    let mut widths: Vec<usize> = vec![0; titles.len()];
    for row in std::iter::once(&titles).chain(rows) {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |row: &Vec<String>| {
        let cells: Vec<_> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        cells.join("   ").trim_end().to_owned() + "\n"
    };
    std::iter::once(&titles).chain(rows).map(line).collect()
}
