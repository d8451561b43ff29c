//! One archive of an upload: what is ready of it, and the tus upload that sends it.

use std::ops::Range;

use super::super::packing::Packing;
use super::super::resume::Begun;
use super::{Resumed, SPEED_EVERY, Settings};
use crate::archive::Part;
use crate::dicom::{Accepted, Text};
use crate::http::{Answer, Digest, Request, Response};
use crate::time::Millis;
use crate::tus;

pub(super) struct Archive {
    pub(super) packing: Packing,
    pub(super) tus: tus::Upload,
    /// A PATCH that waits for checksums or deflated entries.
    pub(super) held: Option<(Range<u64>, Request)>,
    /// The chunk that is being sent; what is behind it is got ready.
    pub(super) sending: Range<u64>,
    /// The chunk behind it, once it is ready to be sent.
    pub(super) foreseen: Range<u64>,
    /// Since when the wire has been carrying it, without what is counted already, and how much that was.
    pub(super) on_wire: Option<(Millis, u64)>,
    /// The server is told the length, or will be as soon as it is asked.
    pub(super) has_length: bool,
    /// Where the server has it.
    pub(super) url: Option<String>,
    /// Up to where bytes can have been made when it was last remembered.
    remembered: u64,
    /// It was begun before.
    pub(super) resumed: Resumed,
    pub(super) is_connected: bool,
    /// Archives that share the wire and the memory.
    side_by_side: u64,
    /// Bytes that have gone out, as if nothing were deflated, and files that are wholly there.
    pub(super) sent: (u64, usize),
}

impl Archive {
    /// Of these files; `name` is what the server is to call it.
    pub(super) fn new(
        settings: &Settings,
        upload_id: &str,
        name: String,
        files: &[Accepted],
        text: &dyn Text,
    ) -> Self {
        let packing = Packing::new(files, text, settings.compression);
        Self {
            tus: tus_upload(settings, upload_id, name, &packing, None),
            has_length: packing.len().is_some(),
            packing,
            held: None,
            sending: 0..0,
            foreseen: 0..0,
            on_wire: None,
            url: None,
            remembered: 0,
            resumed: Resumed::No,
            is_connected: true,
            side_by_side: settings.side_by_side(),
            sent: (0, 0),
        }
    }

    /// Goes on, once it begins, with what was begun in another page.
    /// `false` if what is there now is known to be something else.
    pub(super) fn restore(
        &mut self,
        settings: &Settings,
        upload_id: &str,
        name: String,
        begun: &Begun,
    ) -> bool {
        self.resumed = Resumed::Unconfirmed;
        let is_same = self.packing.restore(&begun.decided);
        self.url.clone_from(&begun.url);
        self.remembered = self.packing.made_len();
        let resume = self.url.clone().map(|url| (url, self.remembered));
        self.tus = tus_upload(settings, upload_id, name, &self.packing, resume);
        self.has_length = self.packing.len().is_some();
        is_same
    }

    /// What is to be remembered of it.
    pub(super) fn remember(&mut self) -> Begun {
        self.remembered = self.packing.made_len();
        let decided = if self.url.is_some() { self.packing.decided() } else { Vec::new() };
        Begun { url: self.url.clone(), decided }
    }

    pub(super) fn is_beyond_record(&self, end: u64) -> bool {
        end > self.remembered
    }

    /// Refused by a server that has not said yet that it knows of it.
    pub(super) fn is_doubtful(&self, status: Option<u16>) -> bool {
        let is_refused = status.is_some_and(|status| status < 500 && !matches!(status, 408 | 423 | 429));
        self.resumed == Resumed::Unconfirmed && is_refused
    }

    /// So many bytes have gone out or, if that is less, are all there is on the server.
    pub(super) fn set_sent(&mut self, bytes: u64) {
        if self.resumed == Resumed::Unconfirmed && bytes > 0 {
            self.resumed = Resumed::Confirmed;
        }
        self.sent = (self.packing.plain_offset(bytes), self.packing.entries_before(bytes));
    }

    /// So much of the request's body has gone out.
    pub(super) fn gone_out(&mut self, now: Millis, sent: u64) {
        if let Some((since, before)) = &mut self.on_wire
            && now >= *since + SPEED_EVERY
        {
            self.packing.rates().wire.add(sent.saturating_sub(*before) as f64, now.since(*since));
            (*since, *before) = (now, sent);
        }
    }

    /// The request was answered: the rest of its body has gone out by now.
    pub(super) fn got_through(&mut self, now: Millis, answer: &Answer) {
        let is_taken = answer.as_ref().is_ok_and(Response::is_success);
        if let Some((since, before)) = self.on_wire.take().filter(|_| is_taken) {
            let rest = (self.sending.end - self.sending.start).saturating_sub(before);
            self.packing.rates().wire.add(rest as f64, now.since(since));
        }
    }

    /// Asks for what is sent next.
    pub(super) fn read_ahead(&mut self, now: Millis) {
        let largest = largest_chunk(&self.packing, self.sending.end, self.side_by_side);
        self.tus.handle(now, tus::Input::LargestChunk(largest));
        // Where an upload goes on that was begun in another page, no chunk has been asked for yet.
        if self.sending.end < self.tus.offset() {
            self.sending = self.tus.offset()..self.tus.offset();
            self.packing.wanted(&self.sending);
        }
        let ahead = match self.packing.trial() {
            // What becomes of the rest is decided when this has got there.
            Some(_) if self.on_wire.is_some() || self.held.is_some() => 0,
            // What is left of a chunk that broke off may be less than is sent at once.
            Some(trial) => trial.max(self.tus.enough()),
            None => self.tus.next_chunk_size(),
        };
        self.packing.read_ahead(now, self.sending.end.saturating_add(ahead));
    }

    /// The next chunk and the digest that it is sent with, so that both are made while the one before is on its way.
    pub(super) fn foresee(&mut self) -> Option<(Option<Digest>, Vec<Part>)> {
        let start = self.sending.end;
        let end = start.saturating_add(self.tus.next_chunk_size());
        let next = start..self.packing.len().map_or(end, |len| end.min(len));
        // Nothing is sent yet: the first chunk is not known before the server is.
        if self.sending.is_empty() || self.foreseen == next || next.is_empty() || self.held.is_some() {
            return None;
        }
        let parts = self.packing.parts(&next).ok()?;
        let digest = self.tus.digest(next.end - next.start);
        self.foreseen = next;
        Some((digest, parts))
    }

    /// What the server's side is to be told of the length.
    pub(super) fn news_of_length(&mut self) -> Option<tus::Input> {
        if self.has_length {
            return None;
        }
        let length = self.packing.len();
        self.has_length = length.is_some();
        Some(length.map_or(tus::Input::Available(self.packing.decided_len()), tus::Input::Length))
    }
}

/// `<upload_id>.zip`, or `<upload_id>-<n>.zip` for the nth of several, counted from 1.
pub(super) fn name(upload_id: &str, number: Option<usize>) -> String {
    match number {
        Some(number) => [upload_id, "-", &number.to_string(), ".zip"].concat(),
        None => [upload_id, ".zip"].concat(),
    }
}

fn largest_chunk(packing: &Packing, start: u64, side_by_side: u64) -> u64 {
    packing.largest_chunk(start) / side_by_side
}

fn tus_upload(
    settings: &Settings,
    upload_id: &str,
    name: String,
    packing: &Packing,
    resume: Option<(String, u64)>,
) -> tus::Upload {
    let server = &settings.server;
    let config = tus::Config {
        endpoint: server.endpoint.clone(),
        token: server.token.clone(),
        metadata: vec![
            ("upload_id", upload_id.to_owned()),
            ("bucket", server.bucket.clone()),
            ("mode", server.mode.clone()),
            ("name", name.clone()),
            ("filename", name),
            ("type", "application/zip".to_owned()),
            ("filetype", "application/zip".to_owned()),
        ],
        length: packing.len(),
        resume,
        chunk_size: settings.chunk_size,
        largest_chunk: largest_chunk(packing, 0, settings.side_by_side()),
        retry_delays: settings.retry_delays.clone(),
    };
    tus::Upload::new(config, settings.jitter)
}
