//! Commands in their JSON form, as programs on the same PC write them.

use super::*;

fn check(json: &str, expect: Command) {
    let command: Command = serde_json::from_str(json).unwrap();
    assert_eq!(command, expect);
    let again = serde_json::to_string(&command).unwrap();
    assert_eq!(serde_json::from_str::<Command>(&again).unwrap(), command);
}

#[test]
fn commands_are_written_as_people_would_write_them() {
    let lane = || LaneId::new("A").unwrap();
    check(
        r#"{"issue_ticket":{"lane":"A","priority":"elderly"}}"#,
        Command::IssueTicket {
            lane: lane(),
            priority: Some(PriorityReason::Elderly),
            papers: List::default(),
        },
    );
    check(
        r#"{"call_next":{}}"#,
        Command::CallNext {
            lanes: List::default(),
        },
    );
    check(r#""go_mobile""#, Command::GoMobile);
    check(
        r#"{"transfer":{"ticket":{"number":"A012"},"to":{"counter":3}}}"#,
        Command::Transfer {
            ticket: TicketRef::Number(Text::truncated("A012")),
            to: TransferTarget::Counter(3),
        },
    );
    check(
        r#"{"edit_dossier":{"dossier":{"code":"H26.15-251121-0007"},"field":"subject/phone","value":"09"}}"#,
        Command::EditDossier {
            dossier: DossierRef::Code(Text::truncated("H26.15-251121-0007")),
            field: "subject/phone".parse().unwrap(),
            value: Text::truncated("09"),
        },
    );
}

#[test]
fn unknown_fields_and_overlong_texts_are_refused() {
    let long = format!(
        r#"{{"enter_paper_number":{{"lane":"{}","number":1}}}}"#,
        "A".repeat(5)
    );
    for json in [
        r#"{"issue_ticket":{"lane":"A","prioriy":"elderly"}}"#,
        r#"{"receive_dossier":{"procedure":"1.001193","transacting":{"name":"A"},"x":1}}"#,
        r#"{"receive_dossier":{"procedure":"1.001193","transacting":{"nam":"A"}}}"#,
        r#"{"edit_dossier":{"dossier":{"code":"x"},"field":"received_at","value":"0"}}"#,
        r#"{"no_such_command":{}}"#,
        long.as_str(),
    ] {
        assert!(serde_json::from_str::<Command>(json).is_err(), "{json}");
    }
    let submission =
        r#"{"request":"00000000000000000000000000000001","command":"come_back","extra":1}"#;
    assert!(serde_json::from_str::<Submission>(submission).is_err());
}

#[test]
fn a_command_knows_its_name() {
    assert_eq!(Command::GoMobile.name(), "go_mobile");
    assert_eq!(
        Command::CallNext {
            lanes: List::default()
        }
        .name(),
        "call_next"
    );
}
