//! Two real windows on a virtual screen, driven as officers would drive them.

use lienquay_tests::tour::Tour;

#[tokio::test(flavor = "multi_thread")]
async fn two_windows_found_join_serve_a_ticket_and_return_a_dossier() {
    let folder = tempfile::tempdir().unwrap();
    let pictures = folder.path().join("pictures");
    let tour = Tour::open(folder.path(), &pictures).await.unwrap();
    tour.go().await.unwrap();
}
