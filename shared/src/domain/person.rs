//! People of a dossier: the one who transacts, the one it is about, and by what right the first acts for the second.

use serde::{Deserialize, Serialize};

use crate::codec::Text;
use crate::domain::cccd::Sex;

/// One person or organisation. Every field may be empty: what must be filled is the procedure's business.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Person {
    /// Full name, or the organisation's.
    pub name: Text<200>,
    /// Identity or tax number, digits as typed.
    pub id_number: Text<20>,
    /// Birth date, `yyyy-MM-dd` or only the year.
    pub birth_date: Text<10>,
    /// Sex.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sex: Option<Sex>,
    /// Residence or seat.
    pub address: Text<500>,
    /// Telephone.
    pub phone: Text<30>,
    /// E-mail.
    pub email: Text<120>,
}

/// Personal data never reaches a log: only whether fields are filled.
impl std::fmt::Debug for Person {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Person")
            .field("named", &!self.name.is_empty())
            .finish_non_exhaustive()
    }
}

/// Which of a dossier's people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// Người nộp: who stands at the counter.
    Transacting,
    /// Chủ hồ sơ: whom the dossier is about.
    Subject,
}

/// One field of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PersonField {
    /// Full name.
    Name,
    /// Identity or tax number.
    IdNumber,
    /// Birth date.
    BirthDate,
    /// Sex.
    Sex,
    /// Residence.
    Address,
    /// Telephone.
    Phone,
    /// E-mail.
    Email,
}

impl Who {
    /// Both, in the order of the slip.
    pub const ALL: [Self; 2] = [Self::Transacting, Self::Subject];

    /// The key's first part.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Transacting => "transacting",
            Self::Subject => "subject",
        }
    }
}

impl PersonField {
    /// All, in the order of the slip.
    pub const ALL: [Self; 7] = [
        Self::Name,
        Self::IdNumber,
        Self::BirthDate,
        Self::Sex,
        Self::Address,
        Self::Phone,
        Self::Email,
    ];

    /// The key's second part.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::IdNumber => "id_number",
            Self::BirthDate => "birth_date",
            Self::Sex => "sex",
            Self::Address => "address",
            Self::Phone => "phone",
            Self::Email => "email",
        }
    }

    /// The field's longest value in bytes.
    pub const fn max_bytes(self) -> usize {
        match self {
            Self::Name => 200,
            Self::IdNumber => 20,
            Self::BirthDate => 10,
            Self::Sex => 6,
            Self::Address => 500,
            Self::Phone => 30,
            Self::Email => 120,
        }
    }
}

impl Person {
    /// The field as text; empty when not filled.
    pub fn get(&self, field: PersonField) -> String {
        match field {
            PersonField::Name => self.name.to_string(),
            PersonField::IdNumber => self.id_number.to_string(),
            PersonField::BirthDate => self.birth_date.to_string(),
            PersonField::Sex => match self.sex {
                Some(Sex::Male) => "male".to_owned(),
                Some(Sex::Female) => "female".to_owned(),
                None => String::new(),
            },
            PersonField::Address => self.address.to_string(),
            PersonField::Phone => self.phone.to_string(),
            PersonField::Email => self.email.to_string(),
        }
    }

    /// Sets a field from text; gives `false` and changes nothing when it is too long or no such value.
    pub fn set(&mut self, field: PersonField, text: &str) -> bool {
        fn fill<const MAX: usize>(slot: &mut Text<MAX>, text: &str) -> bool {
            Text::new(text).map(|text| *slot = text).is_ok()
        }
        match field {
            PersonField::Name => fill(&mut self.name, text),
            PersonField::IdNumber => fill(&mut self.id_number, text),
            PersonField::BirthDate => fill(&mut self.birth_date, text),
            PersonField::Sex => {
                let sex = match text {
                    "male" => Some(Sex::Male),
                    "female" => Some(Sex::Female),
                    "" => None,
                    _ => return false,
                };
                self.sex = sex;
                true
            }
            PersonField::Address => fill(&mut self.address, text),
            PersonField::Phone => fill(&mut self.phone, text),
            PersonField::Email => fill(&mut self.email, text),
        }
    }
}
