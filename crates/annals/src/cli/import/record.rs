//! An event on its way from a file to the server.

use std::io::{self, Read, Write};

use annals_event::{Draft, Time, Uuid};

use super::ids::{Content, row_id};

/// A draft as JSON, with its time and line for sorting and shifting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// When it happened; a shift changes only this.
    pub time: Time,
    /// The line in its file.
    pub line: u64,
    /// The row's content, if the row has no id of its own.
    content: Option<Content>,
    /// The id made of it, once the equal rows before it are counted.
    id: Option<Uuid>,
    /// The draft without `occurred_at`: a JSON object that is never empty.
    json: Vec<u8>,
}

impl Record {
    /// Makes a record of a draft whose time is known.
    pub fn new(time: Time, line: u64, mut draft: Draft) -> anyhow::Result<Record> {
        draft.occurred_at = None;
        let json = serde_json::to_vec(&draft)?;
        Ok(Record { time, line, content: None, id: None, json })
    }

    /// Makes a record of a draft without an id, which gets one of its row's content.
    pub fn of_row(time: Time, line: u64, draft: Draft, content: Content) -> anyhow::Result<Record> {
        Ok(Record { content: Some(content), ..Record::new(time, line, draft)? })
    }

    /// Returns the content that its id is made of, if it has no id of its own.
    pub fn content(&self) -> Option<Content> {
        self.content
    }

    /// Sets the id of the row that has so many equal ones before it.
    pub fn number(&mut self, before: u32) {
        self.id = self.content.map(|content| row_id(content, self.time, before));
    }

    /// Returns the sort key: the time, then the line in the file.
    pub fn key(&self) -> (Time, u64) {
        (self.time, self.line)
    }

    /// Returns roughly how many bytes it uses in memory.
    pub fn size(&self) -> usize {
        self.json.len() + size_of::<Record>()
    }

    /// Appends the draft as a line of NDJSON.
    pub fn write_line(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"occurred_at\":\"");
        out.extend_from_slice(self.time.to_string().as_bytes());
        out.extend_from_slice(b"\",");
        if let Some(id) = self.id {
            out.extend_from_slice(format!("\"id\":\"{id}\",").as_bytes());
        }
        // `action` is always written, so the object has more fields after its brace.
        out.extend_from_slice(self.json.get(1..).unwrap_or_default());
        out.push(b'\n');
    }

    /// Parses the draft again.
    pub fn draft(&self) -> anyhow::Result<Draft> {
        let mut line = Vec::new();
        self.write_line(&mut line);
        Ok(serde_json::from_slice(&line)?)
    }

    /// Writes it to a sorted run.
    pub fn encode(&self, out: &mut dyn Write) -> io::Result<()> {
        let length = u32::try_from(self.json.len()).map_err(io::Error::other)?;
        out.write_all(&self.time.as_micros().to_le_bytes())?;
        out.write_all(&self.line.to_le_bytes())?;
        out.write_all(&length.to_le_bytes())?;
        out.write_all(&[u8::from(self.content.is_some())])?;
        out.write_all(&self.content.unwrap_or_default())?;
        out.write_all(&self.json)
    }

    /// Reads it back; `None` at the end of the run.
    pub fn decode(input: &mut dyn Read) -> io::Result<Option<Record>> {
        let mut head = [0; 37];
        if input.read(&mut head[..1])? == 0 {
            return Ok(None);
        }
        input.read_exact(&mut head[1..])?;
        let (mut time, mut line, mut length) = ([0; 8], [0; 8], [0; 4]);
        let mut content = Content::default();
        time.copy_from_slice(&head[..8]);
        line.copy_from_slice(&head[8..16]);
        length.copy_from_slice(&head[16..20]);
        content.copy_from_slice(&head[21..]);
        let mut json = vec![0; u32::from_le_bytes(length) as usize];
        input.read_exact(&mut json)?;
        Ok(Some(Record {
            time: Time::from_micros(i64::from_le_bytes(time)),
            line: u64::from_le_bytes(line),
            content: (head[20] == 1).then_some(content),
            id: None,
            json,
        }))
    }
}
