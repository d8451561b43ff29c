//! A store of small records that outlives the page (IndexedDB). Where the browser has none, or refuses it, nothing is kept.

use js_sys::{Array, Promise, Reflect, Uint8Array, global};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{IdbDatabase, IdbFactory, IdbObjectStore, IdbOpenDbRequest, IdbRequest, IdbTransactionMode};

/// Goes up whenever the records change their form; what was kept by others is let go of with the browser's data.
const NAME: &str = "auraloader-uploads-3";
const STORE: &str = "uploads";

/// All records, and of each whether there are handles of its files.
pub async fn all() -> Vec<(Vec<u8>, bool)> {
    let values = with_store(IdbTransactionMode::Readonly, IdbObjectStore::get_all).await;
    let values = values.and_then(|values| values.dyn_into::<Array>()).unwrap_or_default();
    values
        .iter()
        .filter_map(|value| {
            let (bytes, handles) = open_value(&value)?;
            Some((bytes.to_vec(), handles.length() > 0))
        })
        .collect()
}

/// The handles that are kept beside a record.
pub async fn handles(key: &str) -> Option<Array> {
    let value = with_store(IdbTransactionMode::Readonly, |store| store.get(&key.into())).await.ok()?;
    open_value(&value).map(|(_, handles)| handles)
}

/// Keeps a record in place of any of this key, and beside it handles of its files, if there are any.
pub async fn put(key: &str, record: &[u8], handles: &Array) {
    let record = Array::of2(&Uint8Array::from(record), handles);
    drop(with_store(IdbTransactionMode::Readwrite, |store| store.put_with_key(&record, &key.into())).await);
}

fn open_value(value: &JsValue) -> Option<(Uint8Array, Array)> {
    let parts = value.dyn_ref::<Array>()?;
    Some((parts.get(0).dyn_into().ok()?, parts.get(1).dyn_into().ok()?))
}

/// Lets go of a record.
pub async fn delete(key: &str) {
    drop(with_store(IdbTransactionMode::Readwrite, |store| store.delete(&key.into())).await);
}

async fn with_store(
    mode: IdbTransactionMode,
    act: impl FnOnce(&IdbObjectStore) -> Result<IdbRequest, JsValue>,
) -> Result<JsValue, JsValue> {
    let database = open().await?;
    let done = match database.transaction_with_str_and_mode(STORE, mode) {
        Ok(transaction) => {
            // What is answered is written only with the end of the transaction.
            let ended = Promise::new(&mut |resolve, _| {
                transaction.set_oncomplete(Some(&resolve));
                transaction.set_onabort(Some(&resolve));
            });
            match transaction.object_store(STORE).and_then(|store| act(&store)) {
                Ok(request) => {
                    let answer = answer(&request).await;
                    drop(JsFuture::from(ended).await);
                    answer
                }
                Err(error) => Err(error),
            }
        }
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
