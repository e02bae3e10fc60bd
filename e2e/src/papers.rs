//! Small files that are what they say they are.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A drawn portrait of 25 by 35 pixels.
const PORTRAIT: &str = "iVBORw0KGgoAAAANSUhEUgAAABkAAAAjCAIAAADuajb/AAAANElEQVR42mNw7rtNLcQwatbgM+vZiS240KhZo2aNmjVaTgw6s2xsokhFo2aNmjVq1uA0CwCK3EFgnuvWMgAAAABJRU5ErkJggg==";

/// A portrait as PNG.
pub fn portrait() -> Vec<u8> {
    STANDARD.decode(PORTRAIT).unwrap_or_default()
}

/// A page with a line of Latin text as PDF.
pub fn page(text: &str) -> Vec<u8> {
    let plain: String =
        text.chars().filter(|one| one.is_ascii_alphanumeric() || " .-/".contains(*one)).collect();
    let drawing = format!("BT /F1 18 Tf 72 770 Td ({plain}) Tj ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R \
         /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{drawing}\nendstream", drawing.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    let mut pdf = "%PDF-1.4\n".to_owned();
    let mut table = "0000000000 65535 f \n".to_owned();
    for (index, object) in objects.iter().enumerate() {
        table.push_str(&format!("{:010} 00000 n \n", pdf.len()));
        pdf.push_str(&format!("{} 0 obj\n{object}\nendobj\n", index + 1));
    }
    let (size, start) = (objects.len() + 1, pdf.len());
    pdf.push_str(&format!(
        "xref\n0 {size}\n{table}trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"
    ));
    pdf.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_what_they_say() {
        assert!(portrait().starts_with(b"\x89PNG\r\n\x1a\n"));
        let pdf = String::from_utf8(page("contract (unsealed)")).unwrap();
        assert!(pdf.starts_with("%PDF-") && pdf.contains("(contract unsealed) Tj"));
        let start = pdf.rsplit("startxref\n").next().unwrap();
        let start: usize = start.lines().next().unwrap().parse().unwrap();
        assert!(pdf[start..].starts_with("xref\n"));
    }
}
