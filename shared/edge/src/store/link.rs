//! Payment links, beside the order that they are for.

use payproof::payment::{LinkToken, Moment};

use super::attributes::{PK, SK, UNTIL};
use super::expression::{Read as _, n, s};
use super::{Store, StoreError};
use crate::limits::LINK_KEPT_SECONDS;

const REQUEST: &str = "r";
const EXPIRES: &str = "ex";

/// What a link says of the sessions that are opened by it.
#[derive(Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct LinkRequest {
    /// Where the customer goes on to.
    #[serde(rename = "r", default, skip_serializing_if = "Option::is_none")]
    pub return_url: Option<String>,
    /// Where the customer goes when turning back; without one to the link itself.
    #[serde(rename = "b", default, skip_serializing_if = "Option::is_none")]
    pub cancel_url: Option<String>,
    /// The customer's language.
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
}

impl std::fmt::Debug for LinkRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // A shop's addresses can hold what a customer was given.
        f.write_str("LinkRequest(…)")
    }
}

/// A payment link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// What it says.
    pub request: LinkRequest,
    /// Until when it can be used.
    pub expires_at: Moment,
}

fn sk(token: &LinkToken) -> String {
    format!("link#{}", data_encoding::HEXLOWER.encode(&token.hash().0))
}

impl Store {
    /// Writes a link. It is kept for a while after it expired, so that it can be said that it has.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn put_link(&self, token: &LinkToken, link: &Link) -> Result<(), StoreError> {
        let request =
            serde_json::to_string(&link.request).map_err(|error| StoreError::Defect(error.to_string()))?;
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .item(PK, s(token.payment.to_string()))
            .item(SK, s(sk(token)))
            .item(REQUEST, s(request))
            .item(EXPIRES, n(link.expires_at.millis()))
            .item(UNTIL, n(link.expires_at.seconds().saturating_add(LINK_KEPT_SECONDS)));
        put.send().await.map(|_| ()).map_err(|error| StoreError::of(&error))
    }

    /// Reads the link of a token.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn link(&self, token: &LinkToken) -> Result<Option<Link>, StoreError> {
        let request = self
            .client
            .get_item()
            .table_name(&self.table)
            .consistent_read(true)
            .key(PK, s(token.payment.to_string()))
            .key(SK, s(sk(token)));
        let Some(item) = request.send().await.map_err(|error| StoreError::of(&error))?.item else {
            return Ok(None);
        };
        let request =
            serde_json::from_str(item.text(REQUEST)?).map_err(|_| StoreError::Unreadable(REQUEST))?;
        Ok(Some(Link { request, expires_at: Moment::from_millis(item.number(EXPIRES)?) }))
    }
}
