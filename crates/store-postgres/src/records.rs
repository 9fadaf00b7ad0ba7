//! Rows as one parameter: an array of a table's row type in PostgreSQL's binary form. It costs the
//! database half of what an array for each column does.

use std::error::Error;

use bytes::{BufMut as _, BytesMut};
use tokio_postgres::types::{IsNull, Kind, ToSql, Type, to_sql_checked};

/// Rows with every column of their table, in the table's order.
#[derive(Debug, Default)]
pub(super) struct Records {
    count: i32,
    bytes: BytesMut,
}

/// A row being written into [`Records`].
pub(super) struct Record<'a> {
    bytes: &'a mut BytesMut,
    fields: i32,
}

impl Records {
    /// Adds a row.
    pub(super) fn push(&mut self, fill: impl FnOnce(&mut Record<'_>)) {
        let start = self.bytes.len();
        // The length and the number of columns are filled in afterwards.
        self.bytes.put_bytes(0, 8);
        let mut record = Record { bytes: &mut self.bytes, fields: 0 };
        fill(&mut record);
        let fields = record.fields;
        let length = length(self.bytes.len() - start - 4);
        self.bytes[start..start + 4].copy_from_slice(&length.to_be_bytes());
        self.bytes[start + 4..start + 8].copy_from_slice(&fields.to_be_bytes());
        self.count += 1;
    }
}

impl Record<'_> {
    fn put(&mut self, kind: &Type, value: Option<&[u8]>) -> &mut Self {
        self.fields += 1;
        self.bytes.put_u32(kind.oid());
        match value {
            Some(value) => {
                self.bytes.put_i32(length(value.len()));
                self.bytes.put_slice(value);
            }
            None => self.bytes.put_i32(-1),
        }
        self
    }

    pub(super) fn bigint(&mut self, value: impl Into<Option<i64>>) -> &mut Self {
        self.put(&Type::INT8, value.into().map(i64::to_be_bytes).as_ref().map(<[u8; 8]>::as_slice))
    }

    pub(super) fn smallint(&mut self, value: u8) -> &mut Self {
        self.put(&Type::INT2, Some(&i16::from(value).to_be_bytes()))
    }

    pub(super) fn text<'t>(&mut self, value: impl Into<Option<&'t str>>) -> &mut Self {
        self.put(&Type::TEXT, value.into().map(str::as_bytes))
    }

    pub(super) fn bytes<'t>(&mut self, value: impl Into<Option<&'t [u8]>>) -> &mut Self {
        self.put(&Type::BYTEA, value.into())
    }

    pub(super) fn uuid(&mut self, value: &annals_event::Uuid) -> &mut Self {
        self.put(&Type::UUID, Some(value.as_bytes()))
    }

    /// Adds an array of 32-bit integers.
    pub(super) fn integers(&mut self, values: impl ExactSizeIterator<Item = i32>) -> &mut Self {
        self.array(&Type::INT4_ARRAY, &Type::INT4, values.map(i32::to_be_bytes))
    }

    /// Adds an array of 64-bit integers.
    pub(super) fn bigints(&mut self, values: impl ExactSizeIterator<Item = i64>) -> &mut Self {
        self.array(&Type::INT8_ARRAY, &Type::INT8, values.map(i64::to_be_bytes))
    }

    fn array<const SIZE: usize>(
        &mut self,
        kind: &Type,
        member: &Type,
        values: impl ExactSizeIterator<Item = [u8; SIZE]>,
    ) -> &mut Self {
        self.fields += 1;
        self.bytes.put_u32(kind.oid());
        let count = length(values.len());
        let dimensions = i32::from(count > 0);
        self.bytes.put_i32(12 + 8 * dimensions + (4 + length(SIZE)) * count);
        head(self.bytes, member.oid(), count);
        for value in values {
            self.bytes.put_i32(length(SIZE));
            self.bytes.put_slice(&value);
        }
        self
    }
}

/// Writes an array's header; an empty one has no dimensions.
fn head(bytes: &mut BytesMut, member: u32, count: i32) {
    bytes.put_i32((count > 0).into());
    bytes.put_i32(0);
    bytes.put_u32(member);
    if count > 0 {
        bytes.put_i32(count);
        bytes.put_i32(1);
    }
}

/// A length in the protocol's type. A commit is far below 2³¹ bytes.
fn length(length: usize) -> i32 {
    i32::try_from(length).unwrap_or(i32::MAX)
}

impl ToSql for Records {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        let Kind::Array(row) = ty.kind() else {
            return Err("an array of rows is expected".into());
        };
        head(out, row.oid(), self.count);
        out.put_slice(&self.bytes);
        Ok(IsNull::No)
    }

    fn accepts(ty: &Type) -> bool {
        matches!(ty.kind(), Kind::Array(row) if matches!(row.kind(), Kind::Composite(_)))
    }

    to_sql_checked!();
}
