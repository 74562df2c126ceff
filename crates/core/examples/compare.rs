//! Reads pairs of texts (two a line, a tab between) and writes what comparing them gives.
use greeum_core::{Table, similar};
use std::io::BufRead;
fn main() {
    let table = Table::open(std::path::Path::new(&std::env::args().nth(1).unwrap())).unwrap();
    for line in std::io::stdin().lock().lines() {
        let line = line.unwrap();
        let (a, b) = line.split_once('\t').unwrap();
        if std::env::args().nth(2).is_some() {
            eprintln!("{:?}\n{:?}", similar::Statement::new(a, &table), similar::Statement::new(b, &table));
        }
        let c = similar::Text::new(a, &table).compare(b);
        match c.difference {
            Some(d) => println!("{}\t{}\t{}\t{}\t{}", c.same, d.reason.name(), d.is_sure, d.old, d.new),
            None => println!("{}\t\t\t\t", c.same),
        }
    }
}
