//! YAML as JSON, so that one kind of value is looked at and validated.
//!
//! Read by `saphyr`: pure Rust, YAML 1.2, maintained, and it hands tags over instead of refusing them, which
//! CloudFormation's `!Sub` needs. `serde_yaml` is archived; its forks `serde_yaml_ng` and `serde_norway` still stand on
//! a machine translation of the C library libyaml, `unsafe` throughout, while `unsafe` is forbidden here.

use std::path::{Path, PathBuf};

use saphyr::{LoadableYamlNode as _, Scalar, Yaml};
use serde_json::{Map, Number, Value, json};

/// The repository's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a folder above tests").to_owned()
}

/// A YAML file of the repository as JSON. CloudFormation's short tags are in their long form: `!Ref x` is
/// `{"Ref": "x"}`, `!GetAtt x.Arn` is `{"Fn::GetAtt": ["x", "Arn"]}`.
pub fn file(path: &str) -> Value {
    let text = std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    let documents = Yaml::load_from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"));
    match documents.as_slice() {
        [document] => value(path, document),
        other => panic!("{path}: one document, not {}", other.len()),
    }
}

fn value(path: &str, yaml: &Yaml<'_>) -> Value {
    match yaml {
        Yaml::Value(scalar) => of_scalar(scalar),
        Yaml::Sequence(items) => items.iter().map(|item| value(path, item)).collect(),
        Yaml::Mapping(entries) => {
            let entries = entries.iter().map(|(key, entry)| (text(&value(path, key)), value(path, entry)));
            Value::Object(entries.collect::<Map<_, _>>())
        }
        Yaml::Tagged(tag, tagged) => long_form(&tag.suffix, value(path, tagged)),
        other => panic!("{path}: not plain YAML: {other:?}"),
    }
}

fn of_scalar(scalar: &Scalar<'_>) -> Value {
    match scalar {
        Scalar::Null => Value::Null,
        Scalar::Boolean(value) => Value::Bool(*value),
        Scalar::Integer(value) => json!(value),
        Scalar::FloatingPoint(value) => {
            Number::from_f64(value.into_inner()).map_or(Value::Null, Value::Number)
        }
        Scalar::String(value) => Value::String(value.clone().into_owned()),
    }
}

fn text(key: &Value) -> String {
    key.as_str().map_or_else(|| key.to_string(), str::to_owned)
}

fn long_form(tag: &str, tagged: Value) -> Value {
    match (tag, tagged) {
        ("Ref" | "Condition", tagged) => json!({ tag: tagged }),
        ("GetAtt", Value::String(name)) => {
            let (resource, attribute) = name.split_once('.').unwrap_or((&name, ""));
            json!({ "Fn::GetAtt": [resource, attribute] })
        }
        (_, tagged) => json!({ format!("Fn::{tag}"): tagged }),
    }
}
