//! A store of small records that outlives the page (IndexedDB). Where the browser has none, or refuses it, nothing is kept.

use js_sys::{Array, Promise, Reflect, Uint8Array, global};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{IdbDatabase, IdbFactory, IdbObjectStore, IdbOpenDbRequest, IdbRequest, IdbTransactionMode};

/// Goes up whenever the records change their form; what was kept by others is let go of with the browser's data.
const NAME: &str = "auraloader-uploads-2";
const STORE: &str = "uploads";

/// All records.
pub async fn all() -> Vec<Vec<u8>> {
    let values = with_store(IdbTransactionMode::Readonly, IdbObjectStore::get_all).await;
    let values = values.and_then(|values| values.dyn_into::<Array>()).unwrap_or_default();
    values
        .iter()
        .filter_map(|value| value.dyn_into::<Uint8Array>().ok())
        .map(|bytes| bytes.to_vec())
        .collect()
}

/// Keeps a record in place of any of this key.
pub async fn put(key: &[u8], record: &[u8]) {
    let (key, record) = (Uint8Array::from(key), Uint8Array::from(record));
    drop(with_store(IdbTransactionMode::Readwrite, |store| store.put_with_key(&record, &key)).await);
}

/// Lets go of a record.
pub async fn delete(key: &[u8]) {
    let key = Uint8Array::from(key);
    drop(with_store(IdbTransactionMode::Readwrite, |store| store.delete(&key)).await);
}

async fn with_store(
    mode: IdbTransactionMode,
    act: impl FnOnce(&IdbObjectStore) -> Result<IdbRequest, JsValue>,
) -> Result<JsValue, JsValue> {
    let database = open().await?;
    let done = match database.transaction_with_str_and_mode(STORE, mode) {
        Ok(transaction) => match transaction.object_store(STORE).and_then(|store| act(&store)) {
            Ok(request) => answer(&request).await,
            Err(error) => Err(error),
        },
        Err(error) => Err(error),
    };
    database.close();
    done
}

async fn open() -> Result<IdbDatabase, JsValue> {
    // Reading it is refused where the page may keep nothing.
    let factory: IdbFactory = Reflect::get(&global(), &"indexedDB".into())?.dyn_into()?;
    let request = factory.open_with_u32(NAME, 1)?;
    let make = Closure::once_into_js({
        let request = IdbOpenDbRequest::clone(&request);
        move || {
            let database = request.result().map(JsCast::unchecked_into::<IdbDatabase>);
            drop(database.and_then(|database| database.create_object_store(STORE)));
        }
    });
    request.set_onupgradeneeded(Some(make.unchecked_ref()));
    Ok(answer(&request).await?.unchecked_into())
}

async fn answer(request: &IdbRequest) -> Result<JsValue, JsValue> {
    let answered = Promise::new(&mut |resolve, reject| {
        request.set_onsuccess(Some(&resolve));
        request.set_onerror(Some(&reject));
    });
    JsFuture::from(answered).await?;
    request.result()
}
