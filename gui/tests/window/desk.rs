//! The desk as a whole opens and shows its strip.

use crate::site::{NARROW, TestSite, until_contains};

#[test]
fn the_desk_opens_on_a_founded_site() {
    let site = TestSite::founded();
    let mut window = site.desk(NARROW);
    until_contains(&mut window, "Xã Bình Minh");
}
