//! A table of JSON documents in the embedded store: where the sandbox and the demo shop keep what they know, so that
//! it survives the process as payproof's own tables do.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{BuildError, DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Partition key: the document's id.
const ID: &str = "id";
/// The document as JSON.
const DOCUMENT: &str = "doc";
/// How often it was written.
const VERSION: &str = "v";

/// A table of documents.
#[derive(Debug, Clone)]
pub(crate) struct Documents {
    client: Client,
    table: &'static str,
}

/// Why a document was not read or written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DocumentsError {
    /// The store did not do it.
    #[error("the store did not do it: {0}")]
    Store(String),
    /// A document is not what this version writes.
    #[error("the document {0} cannot be read")]
    Unreadable(String),
}

/// A document as it was read.
#[derive(Debug, Clone)]
pub(crate) struct Kept<T> {
    pub(crate) document: T,
    version: u64,
}

impl Documents {
    /// The table, created where it is not there yet.
    pub(crate) async fn open(client: Client, table: &'static str) -> Result<Self, DocumentsError> {
        let attribute =
            AttributeDefinition::builder().attribute_name(ID).attribute_type(ScalarAttributeType::S);
        let request = client
            .create_table()
            .table_name(table)
            .billing_mode(BillingMode::PayPerRequest)
            .attribute_definitions(attribute.build().map_err(|error| defect(&error))?)
            .key_schema(
                KeySchemaElement::builder()
                    .attribute_name(ID)
                    .key_type(KeyType::Hash)
                    .build()
                    .map_err(|error| defect(&error))?,
            );
        match request.send().await {
            Ok(_) => {}
            Err(error) if error.code() == Some("ResourceInUseException") => {}
            Err(error) => return Err(failed(&error)),
        }
        Ok(Self { client, table })
    }

    /// A document; none where there is none of this id.
    pub(crate) async fn get<T: DeserializeOwned>(&self, id: &str) -> Result<Option<Kept<T>>, DocumentsError> {
        let read = self.client.get_item().table_name(self.table).key(ID, text(id)).consistent_read(true);
        let answer = read.send().await.map_err(|error| failed(&error))?;
        answer.item().map(|item| read_item(id, item)).transpose()
    }

    /// Writes a document that is not there yet; false where it is.
    pub(crate) async fn put_new(&self, id: &str, document: &impl Serialize) -> Result<bool, DocumentsError> {
        let write = self
            .client
            .put_item()
            .table_name(self.table)
            .set_item(Some(item(id, document, 0)?))
            .condition_expression("attribute_not_exists(#id)")
            .expression_attribute_names("#id", ID);
        written(write.send().await)
    }

    /// Writes a document in place of the one that was read; false where somebody else wrote it in between.
    pub(crate) async fn replace<T>(
        &self,
        id: &str,
        read: &Kept<T>,
        document: &impl Serialize,
    ) -> Result<bool, DocumentsError> {
        let write = self
            .client
            .put_item()
            .table_name(self.table)
            .set_item(Some(item(id, document, read.version.saturating_add(1))?))
            .condition_expression("#version = :read")
            .expression_attribute_names("#version", VERSION)
            .expression_attribute_values(":read", AttributeValue::N(read.version.to_string()));
        written(write.send().await)
    }

    /// Writes a document, whether it is there or not.
    pub(crate) async fn put(&self, id: &str, document: &impl Serialize) -> Result<(), DocumentsError> {
        let write = self.client.put_item().table_name(self.table).set_item(Some(item(id, document, 0)?));
        write.send().await.map(|_| ()).map_err(|error| failed(&error))
    }

    /// Takes a document away, if it is there.
    pub(crate) async fn delete(&self, id: &str) -> Result<(), DocumentsError> {
        let delete = self.client.delete_item().table_name(self.table).key(ID, text(id));
        delete.send().await.map(|_| ()).map_err(|error| failed(&error))
    }

    /// Every document whose id begins so.
    pub(crate) async fn all<T: DeserializeOwned>(&self, prefix: &str) -> Result<Vec<T>, DocumentsError> {
        let mut documents = Vec::new();
        let scan = self.client.scan().table_name(self.table).consistent_read(true);
        let mut pages = scan.into_paginator().send();
        while let Some(page) = pages.next().await {
            for item in page.map_err(|error| failed(&error))?.items() {
                let id = item.get(ID).and_then(|id| id.as_s().ok()).filter(|id| id.starts_with(prefix));
                if let Some(id) = id {
                    documents.push(read_item(id, item)?.document);
                }
            }
        }
        Ok(documents)
    }
}

fn item(
    id: &str,
    document: &impl Serialize,
    version: u64,
) -> Result<HashMap<String, AttributeValue>, DocumentsError> {
    let json = serde_json::to_string(document).map_err(|_| DocumentsError::Unreadable(id.to_owned()))?;
    let version = AttributeValue::N(version.to_string());
    Ok([(ID.to_owned(), text(id)), (DOCUMENT.to_owned(), text(&json)), (VERSION.to_owned(), version)].into())
}

fn read_item<T: DeserializeOwned>(
    id: &str,
    item: &HashMap<String, AttributeValue>,
) -> Result<Kept<T>, DocumentsError> {
    let unreadable = || DocumentsError::Unreadable(id.to_owned());
    let json = item.get(DOCUMENT).and_then(|value| value.as_s().ok()).ok_or_else(unreadable)?;
    let version =
        item.get(VERSION).and_then(|value| value.as_n().ok()?.parse().ok()).ok_or_else(unreadable)?;
    Ok(Kept { document: serde_json::from_str(json).map_err(|_| unreadable())?, version })
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

/// Whether a conditional write was done.
fn written<T, E, R>(result: Result<T, SdkError<E, R>>) -> Result<bool, DocumentsError>
where
    SdkError<E, R>: std::error::Error + ProvideErrorMetadata,
{
    match result {
        Ok(_) => Ok(true),
        Err(error) if error.code() == Some("ConditionalCheckFailedException") => Ok(false),
        Err(error) => Err(failed(&error)),
    }
}

fn failed<E, R>(error: &SdkError<E, R>) -> DocumentsError
where
    SdkError<E, R>: std::error::Error,
{
    DocumentsError::Store(DisplayErrorContext(error).to_string())
}

fn defect(error: &BuildError) -> DocumentsError {
    DocumentsError::Store(error.to_string())
}
