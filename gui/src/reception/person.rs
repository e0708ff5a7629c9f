//! The fields of one person while they are typed.

use lienquay_shared::codec::Text;
use lienquay_shared::domain::cccd::{Cccd, IdNumber, Sex, check_number};
use lienquay_shared::domain::person::{Person, PersonField};
use serde::{Deserialize, Serialize};

use super::birth;

/// One person as typed.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PersonForm {
    /// Full name.
    pub name: String,
    /// Identity or tax number.
    pub id_number: String,
    /// Birth date, as typed.
    pub birth: String,
    /// Sex.
    pub sex: Option<Sex>,
    /// Residence.
    pub address: String,
    /// Telephone.
    pub phone: String,
    /// E-mail.
    pub email: String,
}

/// Personal data never reaches a log.
impl std::fmt::Debug for PersonForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PersonForm").finish_non_exhaustive()
    }
}

impl PersonForm {
    /// Nothing was typed.
    pub(super) fn is_blank(&self) -> bool {
        *self == Self::default()
    }

    /// A text field of the person; the sex is none.
    pub(super) fn text_mut(&mut self, field: PersonField) -> Option<&mut String> {
        Some(match field {
            PersonField::Name => &mut self.name,
            PersonField::IdNumber => &mut self.id_number,
            PersonField::BirthDate => &mut self.birth,
            PersonField::Sex => return None,
            PersonField::Address => &mut self.address,
            PersonField::Phone => &mut self.phone,
            PersonField::Email => &mut self.email,
        })
    }

    /// Takes what a card says; what it does not say stays.
    pub(super) fn take_card(&mut self, card: &Cccd) {
        self.name.clone_from(&card.full_name);
        card.number.as_str().clone_into(&mut self.id_number);
        if let Some(date) = card.birth_date {
            self.birth = birth::shown(date);
        }
        if card.sex.is_some() {
            self.sex = card.sex;
        }
        if !card.address.is_empty() {
            self.address.clone_from(&card.address);
        }
    }

    /// Whether the birth date can be kept as typed.
    pub(super) fn is_birth_readable(&self) -> bool {
        birth::stored(&self.birth).is_some()
    }

    /// What does not fit between number, birth date and sex; shown, never blocking.
    pub(super) fn doubts(&self) -> Vec<String> {
        let Ok(number) = IdNumber::parse(self.id_number.trim()) else {
            return Vec::new();
        };
        check_number(&number, birth::date(&self.birth), self.sex)
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    /// Fields that hold more than the node takes, and by how many letters: nothing is cut off unseen.
    pub(super) fn too_long(&self) -> Vec<(PersonField, usize)> {
        let texts = [
            (PersonField::Name, &self.name),
            (PersonField::IdNumber, &self.id_number),
            (PersonField::Address, &self.address),
            (PersonField::Phone, &self.phone),
            (PersonField::Email, &self.email),
        ];
        texts
            .into_iter()
            .map(|(field, text)| (field, n_beyond(text.trim(), field.max_bytes())))
            .filter(|(_, n_letters)| *n_letters > 0)
            .collect()
    }

    /// As the node takes it.
    pub(super) fn to_person(&self) -> Person {
        Person {
            name: Text::truncated(self.name.trim()),
            id_number: Text::truncated(self.id_number.trim()),
            birth_date: Text::truncated(&birth::stored(&self.birth).unwrap_or_default()),
            sex: self.sex,
            address: Text::truncated(self.address.trim()),
            phone: Text::truncated(self.phone.trim()),
            email: Text::truncated(self.email.trim()),
        }
    }
}

fn n_beyond(text: &str, max_bytes: usize) -> usize {
    text[text.floor_char_boundary(max_bytes)..].chars().count()
}

#[cfg(test)]
mod tests {
    use lienquay_shared::domain::cccd::parse_cccd;

    use super::*;

    #[test]
    fn a_card_fills_what_it_says_and_leaves_the_rest() {
        let scanned = "001185012345||Nguyễn Thị Hoa|01011985|Nữ||02032021";
        let (card, _) = parse_cccd(scanned).unwrap();
        let mut form = PersonForm {
            phone: "0912345678".to_owned(),
            address: "Thôn 3".to_owned(),
            ..PersonForm::default()
        };
        form.take_card(&card);
        let person = form.to_person();
        assert_eq!(&*person.name, "Nguyễn Thị Hoa");
        assert_eq!(&*person.birth_date, "1985-01-01");
        assert_eq!(person.sex, Some(Sex::Female));
        assert_eq!(&*person.phone, "0912345678");
        assert_eq!(&*person.address, "Thôn 3", "the card says no address");
    }

    #[test]
    fn a_number_typed_by_hand_is_compared_with_birth_date_and_sex() {
        let mut form = PersonForm {
            id_number: "001085012345".to_owned(),
            birth: "1/1/1985".to_owned(),
            sex: Some(Sex::Male),
            ..PersonForm::default()
        };
        assert_eq!(form.doubts(), Vec::<String>::new());
        form.birth = "1/1/1986".to_owned();
        form.sex = Some(Sex::Female);
        assert_eq!(form.doubts().len(), 2);
    }
}
