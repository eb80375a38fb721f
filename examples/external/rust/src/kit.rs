//! Speaks the protocol of pktbench's external parsers (doc/external-parsers.md), so that a driver
//! only fills rows: implement `Source`, describe a `Driver`, and call `serve()`.

use crate::row::{number_of, shown, Row};
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead, BufWriter, Write};

/// Describes a parser.
pub struct Driver {
    pub name: &'static str,
    pub summary: &'static str,
    pub version: &'static str,
    pub license: &'static str,
    pub decoder: &'static str,
    pub language: &'static str,
    pub flags: &'static str,
    /// The calls that it makes at each level.
    pub frames: &'static str,
    pub headers: &'static str,
    /// Start a run: path, and whether header columns are wanted. It is timed, and so is everything
    /// until `next()` returns false.
    pub open: fn(&str, bool) -> Result<Box<dyn Source>, String>,
}

/// One run over a capture.
pub trait Source {
    /// Fill the row, which is cleared, with the next packet. false: there is none.
    fn next(&mut self, row: &mut Row) -> Result<bool, String>;
}

const CHUNK_ROWS: usize = 4096;

/// Keeps the rows of the last run: pktbench asks for one column of them.
struct Worker {
    driver: Driver,
    chunks: Vec<Box<[Row]>>, // reused by later runs
    count: usize,
    path: String,
    headers: bool,
    evicted: Vec<u8>,
}

/// A value of a request, which is a flat object.
enum Value {
    Text(String),
    Other(String), // a number, true or false
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if (c as u32) < 32 => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out + "\""
}

/// Read a JSON text; `rest` begins after its first quote. Surrogates are not joined: such paths
/// are not found.
fn text_read(rest: &mut std::str::Chars) -> Option<String> {
    let mut out = String::new();
    loop {
        match rest.next()? {
            '"' => return Some(out),
            '\\' => match rest.next()? {
                'n' => out.push('\n'),
                't' => out.push('\t'),
                'r' => out.push('\r'),
                'b' => out.push('\u{8}'),
                'f' => out.push('\u{c}'),
                'u' => {
                    let hex: String = rest.by_ref().take(4).collect();
                    out.push(char::from_u32(u32::from_str_radix(&hex, 16).ok()?)?);
                }
                c => out.push(c),
            },
            c => out.push(c),
        }
    }
}

fn request_read(line: &str) -> Option<HashMap<String, Value>> {
    let mut found = HashMap::new();
    let mut rest = line.trim().strip_prefix('{')?.chars();
    loop {
        match rest.next()? {
            '}' => return Some(found),
            ',' | ' ' => continue,
            '"' => (),
            _ => return None,
        }
        let key = text_read(&mut rest)?;
        let after = rest.as_str().trim_start().strip_prefix(':')?.trim_start();
        if let Some(text) = after.strip_prefix('"') {
            rest = text.chars();
            found.insert(key, Value::Text(text_read(&mut rest)?));
        } else {
            let end = after.find([',', '}'])?;
            found.insert(key, Value::Other(after[..end].trim().to_string()));
            rest = after[end..].chars();
        }
    }
}

fn text<'a>(request: &'a HashMap<String, Value>, key: &str) -> Result<&'a str, String> {
    match request.get(key) {
        Some(Value::Text(text)) => Ok(text),
        _ => Err(format!("the request has no text {key}")),
    }
}

fn size(request: &HashMap<String, Value>, key: &str) -> usize {
    match request.get(key) {
        Some(Value::Other(number)) => number.parse().unwrap_or(0),
        _ => 0,
    }
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut table = [0u32; 256];
    for (i, entry) in table.iter_mut().enumerate() {
        *entry = (0..8).fold(i as u32, |c, _| {
            if c & 1 != 0 {
                0xedb88320 ^ c >> 1
            } else {
                c >> 1
            }
        });
    }
    !bytes.iter().fold(!0u32, |c, b| {
        table[((c ^ *b as u32) & 0xff) as usize] ^ c >> 8
    })
}

impl Worker {
    fn describe(&self) -> String {
        let d = &self.driver;
        let levels: Vec<String> = [("frames", d.frames), ("headers", d.headers)]
            .iter()
            .map(|(level, work)| {
                let names: Vec<String> =
                    shown(*level == "headers").map(|c| quoted(c.name)).collect();
                format!(
                    "{}: {{\"work\": {}, \"columns\": [{}]}}",
                    quoted(level),
                    quoted(work),
                    names.join(", ")
                )
            })
            .collect();
        let texts: Vec<String> = [
            ("name", d.name),
            ("summary", d.summary),
            ("version", d.version),
            ("license", d.license),
            ("decoder", d.decoder),
            ("language", d.language),
            ("flags", d.flags),
        ]
        .iter()
        .map(|(key, value)| format!("{}: {}", quoted(key), quoted(value)))
        .collect();
        format!(
            "\"protocol\": 1, \"backend\": {{{}, \"levels\": {{{}}}}}",
            texts.join(", "),
            levels.join(", ")
        )
    }

    fn row(&mut self, index: usize) -> &mut Row {
        if index / CHUNK_ROWS == self.chunks.len() {
            self.chunks
                .push(vec![Row::default(); CHUNK_ROWS].into_boxed_slice());
        }
        let row = &mut self.chunks[index / CHUNK_ROWS][index % CHUNK_ROWS];
        *row = Row::default();
        row
    }

    fn run(&mut self) -> Result<(), String> {
        self.count = 0;
        let mut source = (self.driver.open)(&self.path, self.headers)?;
        while source.next(self.row(self.count))? {
            self.count += 1;
        }
        Ok(())
    }

    fn kept(&self) -> impl Iterator<Item = &Row> {
        self.chunks
            .iter()
            .flat_map(|chunk| chunk.iter())
            .take(self.count)
    }

    fn write(&self, to: &str) -> io::Result<()> {
        let mut out = BufWriter::new(File::create(to)?);
        let names: Vec<&str> = shown(self.headers).map(|c| c.name).collect();
        writeln!(out, "{}", names.join(","))?;
        for row in self.kept() {
            for (i, column) in shown(self.headers).enumerate() {
                write!(out, "{}{}", if i > 0 { "," } else { "" }, column.text(row))?;
            }
            writeln!(out)?;
        }
        out.flush()
    }

    fn digest(&self, name: &str, size: usize) -> Result<String, String> {
        let number = number_of(name).ok_or(format!("digest: no column {name}"))?;
        let mut bytes = Vec::with_capacity(self.count * size);
        for row in self.kept() {
            bytes.extend_from_slice(&number(row).to_le_bytes()[..size]);
        }
        Ok(format!("\"crc32\": \"{:08x}\"", crc32(&bytes)))
    }

    /// Read memory, so that no run finds its data in the processor's caches.
    fn evict(&mut self, size: usize) {
        if self.evicted.len() != size {
            self.evicted = vec![1; size];
        }
        std::hint::black_box(
            self.evicted
                .iter()
                .step_by(64)
                .map(|b| *b as u64)
                .sum::<u64>(),
        );
    }

    fn answer(&mut self, request: &HashMap<String, Value>) -> Result<String, String> {
        let op = text(request, "op")?;
        if op == "rows" || op == "prepare" {
            self.path = text(request, "slice")?.to_string();
            self.headers = text(request, "level")? == "headers";
            self.count = 0;
        }
        match op {
            "describe" => Ok(self.describe()),
            "load" | "empty" => Ok(String::new()),
            "rows" => {
                let end = self.run();
                let keep =
                    matches!(request.get("keep"), Some(Value::Other(word)) if word == "true");
                if end.is_ok() || keep {
                    self.write(text(request, "to")?)
                        .map_err(|e| e.to_string())?;
                }
                end.map(|_| format!("\"rows\": {}", self.count))
            }
            "prepare" => {
                self.evict(size(request, "evict_bytes"));
                Ok(String::new())
            }
            "go" => self.run().map(|_| format!("\"rows\": {}", self.count)),
            "digest" => self.digest(text(request, "column")?, size(request, "bytes").min(8)),
            _ => Err(format!("{op}: unknown request")),
        }
    }
}

/// Answer requests until the input ends.
pub fn serve(driver: Driver) {
    let mut worker = Worker {
        driver,
        chunks: Vec::new(),
        count: 0,
        path: String::new(),
        headers: false,
        evicted: Vec::new(),
    };
    for line in io::stdin().lock().lines().map_while(Result::ok) {
        let request = request_read(&line);
        if matches!(&request, Some(r) if matches!(text(r, "op"), Ok("done"))) {
            return;
        }
        let answer = request
            .ok_or("no JSON object".to_string())
            .and_then(|r| worker.answer(&r));
        let line = match answer {
            Ok(members) if members.is_empty() => "{\"ok\": true}".to_string(),
            Ok(members) => format!("{{\"ok\": true, {members}}}"),
            Err(reason) => format!("{{\"ok\": false, \"reason\": {}}}", quoted(&reason)),
        };
        let mut out = io::stdout().lock();
        if writeln!(out, "{line}").and_then(|_| out.flush()).is_err() {
            return; // pktbench has ended
        }
    }
}
