//! The signature header.

use super::*;
use crate::provider::stripe::sign;

#[test]
fn our_signature_is_the_one_that_stripes_own_library_makes() {
    let vectors = vectors_in("stripe/deliveries.json".as_ref());
    let mut compared = 0;
    for vector in vectors.iter().filter(|vector| vector.is_good()) {
        let headers = vector.headers();
        let header = headers["stripe-signature"].to_str().unwrap();
        let seconds = header.trim_start_matches("t=").split(',').next().unwrap().parse().unwrap();
        let signs = |secret: &String| sign(&Secret::new(secret.as_str()), seconds, vector.body.as_bytes());
        compared += usize::from(vector.secrets.iter().any(|secret| header == signs(secret)));
    }
    assert!(compared >= 15, "{compared}");
}

#[test]
fn a_header_is_read_strictly() {
    let (body, now) = (b"{}", 1_795_539_600);
    let good = sign(&Secret::new(TRIAL.secrets[0]), now, body);
    let (t, v1) = good.split_once(',').unwrap();
    let hex = v1.trim_start_matches("v1=");
    let judge = |header: &str| {
        let headers = signed(header);
        let verdict =
            configured().verify(&Inbound { url: "", headers: &headers, body }, Moment::from_seconds(now));
        match verdict {
            Verdict::Verified(_) => Ok(()),
            Verdict::Refused(refusal) => Err(refusal),
            Verdict::Ask(_) => panic!(),
        }
    };
    let wrong = format!("v1={}", "0".repeat(64));
    let many = |count| vec![wrong.as_str(); count].join(",");
    for (header, expected) in [
        (good.clone(), Ok(())),
        (format!("{v1},{t}"), Ok(())),
        (format!("{t},v0=zz,v2={hex},{v1},odd,=,"), Ok(())),
        (format!("{t},{wrong},{v1}"), Ok(())),
        (format!("{t},{},{v1}", many(15)), Ok(())),
        (format!("{t},{},{v1}", many(16)), Err(Refusal::Invalid)),
        (format!("{t},{t},{v1}"), Err(Refusal::Invalid)),
        (format!("{good},{good}"), Err(Refusal::Invalid)),
        (format!("{t},v1={}", hex.to_uppercase()), Err(Refusal::Invalid)),
        (format!("{t},v1={hex}00"), Err(Refusal::Invalid)),
        (format!("{t},v1= {hex}"), Err(Refusal::Invalid)),
        (format!("{t}, {v1}"), Err(Refusal::Invalid)),
        (format!("{t},v0={hex}"), Err(Refusal::Invalid)),
        (format!("t=0{now},{v1}"), Err(Refusal::Invalid)),
        (format!("t=+{now},{v1}"), Err(Refusal::Invalid)),
        (format!("t={now}.0,{v1}"), Err(Refusal::Invalid)),
        (format!("t=99999999999999999999,{v1}"), Err(Refusal::Invalid)),
        (format!("t=,{v1}"), Err(Refusal::Invalid)),
        (v1.to_owned(), Err(Refusal::Invalid)),
        (t.to_owned(), Err(Refusal::Invalid)),
        ("nonsense".to_owned(), Err(Refusal::Invalid)),
    ] {
        assert_eq!(judge(&header), expected, "{header}");
    }
}
