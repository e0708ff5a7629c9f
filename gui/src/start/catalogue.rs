//! The starter catalogue, part of the program: a new site can receive its first dossier without any other file.

/// One procedure as the project publishes it.
#[derive(Debug, Clone, Copy)]
pub struct Record {
    /// The name of its file: its code, or a name of ours where there is no code.
    pub name: &'static str,
    /// The record, JSON.
    pub json: &'static str,
}

macro_rules! record {
    ($name:literal) => {
        Record {
            name: $name,
            json: include_str!(concat!("../../../deploy/catalogue/", $name, ".json")),
        }
    };
}

/// Every record, by name.
pub const RECORDS: [Record; 24] = [
    record!("1.000656"),
    record!("1.000894"),
    record!("1.001193"),
    record!("1.001612"),
    record!("1.001699"),
    record!("1.001731"),
    record!("1.001776"),
    record!("1.004194"),
    record!("1.004222"),
    record!("1.004837"),
    record!("1.004859"),
    record!("1.004873"),
    record!("1.004884"),
    record!("1.010038"),
    record!("1.010041"),
    record!("1.115453"),
    record!("1.115621"),
    record!("2.000635"),
    record!("2.000815"),
    record!("2.000884"),
    record!("2.001023"),
    record!("2.001035"),
    record!("2.002516"),
    record!("MAU-HUUTRI"),
];

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::RECORDS;

    #[test]
    fn every_record_of_the_folder_is_part_of_the_program_and_no_other() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/catalogue");
        let mut names: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .filter_map(|file| {
                let name = file.unwrap().file_name().into_string().unwrap();
                Some(name.strip_suffix(".json")?.to_owned())
            })
            .collect();
        names.sort();
        assert_eq!(RECORDS.map(|record| record.name.to_owned()).to_vec(), names);
    }

    #[test]
    fn every_record_is_json_with_a_name_for_people() {
        for record in RECORDS {
            let json: serde_json::Value = serde_json::from_str(record.json).unwrap();
            assert!(json["name"].is_string(), "{}", record.name);
        }
    }
}
