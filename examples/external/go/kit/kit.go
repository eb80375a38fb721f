// Package kit speaks the protocol of pktbench's external parsers (doc/external-parsers.md), so that
// a driver only fills rows: describe a Driver, and call Main.
package kit

import (
	"bufio"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"runtime"
	"strconv"
)

// Driver describes a parser.
type Driver struct {
	Name, Summary, Version, License, Decoder, Flags string
	Frames, Headers, App                            string   // the calls it makes; "": not offered
	Without                                         []string // columns that it does not give
	// Open starts a run. It is timed, and so is everything until Next returns io.EOF.
	Open func(path string, level Level) (Source, error)
}

// Source is one run over a capture.
type Source interface {
	// Next fills the row, which is cleared, with the next packet. io.EOF: there is none.
	Next(row *Row) error
	Close() error
}

const chunkRows = 4096

// worker keeps the rows of the last run: pktbench asks for one column of them.
type worker struct {
	driver  Driver
	chunks  []*[chunkRows]Row // reused by later runs
	apps    []*[chunkRows]App // of the same rows
	count   int
	path    string
	level   Level
	evicted []byte
}

type request struct {
	Op, Slice, Level, To, Column string
	Keep                         bool
	Bytes                        int
	Evict                        int `json:"evict_bytes"`
}

type answer map[string]any

func (w *worker) columns(level Level) []column {
	var shown []column
	for _, c := range columns {
		wanted := c.level <= level
		for _, name := range w.driver.Without {
			wanted = wanted && name != c.name
		}
		if wanted {
			shown = append(shown, c)
		}
	}
	return shown
}

func (w *worker) describe() answer {
	levels := answer{}
	for level, work := range []string{w.driver.Frames, w.driver.Headers, w.driver.App} {
		var names []string
		for _, c := range w.columns(Level(level)) {
			names = append(names, c.name)
		}
		if work != "" {
			levels[levelNames[level]] = answer{"work": work, "columns": names}
		}
	}
	return answer{"protocol": 1, "backend": answer{
		"name": w.driver.Name, "summary": w.driver.Summary, "version": w.driver.Version,
		"license": w.driver.License, "decoder": w.driver.Decoder, "flags": w.driver.Flags,
		"language": "Go " + runtime.Version()[len("go"):], "levels": levels}}
}

// row returns the cleared row of that index.
func (w *worker) row(index int) *Row {
	if index/chunkRows == len(w.chunks) {
		w.chunks = append(w.chunks, new([chunkRows]Row))
	}
	row := &w.chunks[index/chunkRows][index%chunkRows]
	*row = Row{}
	if w.level == Apps {
		row.App = w.app(index)
	}
	return row
}

func (w *worker) app(index int) *App {
	if index/chunkRows == len(w.apps) {
		w.apps = append(w.apps, new([chunkRows]App))
	}
	app := &w.apps[index/chunkRows][index%chunkRows]
	*app = App{}
	return app
}

// ask notes what the next run is asked for.
func (w *worker) ask(r request) error {
	w.path, w.count = r.Slice, 0
	for level, name := range levelNames {
		if name == r.Level {
			w.level = Level(level)
			return nil
		}
	}
	return fmt.Errorf("%s: no such level", strconv.Quote(r.Level))
}

// run keeps the rows before an error too.
func (w *worker) run() error {
	w.count = 0
	source, err := w.driver.Open(w.path, w.level)
	if err != nil {
		return err
	}
	defer source.Close()
	for {
		if err := source.Next(w.row(w.count)); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		w.count++
	}
}

func (w *worker) write(to string) error {
	file, err := os.Create(to)
	if err != nil {
		return err
	}
	defer file.Close()
	out := bufio.NewWriter(file)
	shown := w.columns(w.level)
	line := []byte{}
	for i, c := range shown {
		if i > 0 {
			line = append(line, ',')
		}
		line = append(line, c.name...)
	}
	for i := 0; ; i++ {
		if _, err := out.Write(append(line, '\n')); err != nil {
			return err
		}
		if i == w.count {
			return out.Flush()
		}
		line = line[:0]
		for k, c := range shown {
			if k > 0 {
				line = append(line, ',')
			}
			line = c.text(line, &w.chunks[i/chunkRows][i%chunkRows])
		}
	}
}

func (w *worker) digest(name string, size int) (answer, error) {
	number := numberOf(name)
	if number == nil {
		return nil, fmt.Errorf("digest: no column %s", name)
	}
	bytes := make([]byte, 0, w.count*size)
	for i := 0; i < w.count; i++ {
		value := number(&w.chunks[i/chunkRows][i%chunkRows])
		for k := 0; k < size; k++ {
			bytes = append(bytes, byte(value>>(8*k)))
		}
	}
	return answer{"crc32": fmt.Sprintf("%08x", crc32.ChecksumIEEE(bytes))}, nil
}

// evict reads memory, so that no run finds its data in the processor's caches.
func (w *worker) evict(size int) {
	if len(w.evicted) != size {
		w.evicted = make([]byte, size)
		for i := range w.evicted {
			w.evicted[i] = 1
		}
	}
	sum := byte(0)
	for i := 0; i < size; i += 64 {
		sum += w.evicted[i]
	}
	runtime.KeepAlive(sum)
}

func (w *worker) answer(r request) (answer, error) {
	switch r.Op {
	case "describe":
		return w.describe(), nil
	case "load", "empty":
		return answer{}, nil
	case "rows":
		if err := w.ask(r); err != nil {
			return nil, err
		}
		err := w.run()
		if err == nil || r.Keep {
			if failed := w.write(r.To); failed != nil {
				return nil, failed
			}
		}
		return answer{"rows": w.count}, err
	case "prepare":
		if err := w.ask(r); err != nil {
			return nil, err
		}
		runtime.GC() // garbage of the last run must not be collected in this one
		w.evict(r.Evict)
		return answer{}, nil
	case "go":
		err := w.run()
		return answer{"rows": w.count}, err
	case "digest":
		return w.digest(r.Column, r.Bytes)
	}
	return nil, fmt.Errorf("%s: unknown request", strconv.Quote(r.Op))
}

// Main answers requests until the input ends.
func Main(driver Driver) {
	answers := json.NewEncoder(os.Stdout)
	os.Stdout = os.Stderr // standard output is for answers only
	requests := json.NewDecoder(os.Stdin)
	w := &worker{driver: driver}
	for {
		var r request
		if requests.Decode(&r) != nil || r.Op == "done" {
			return
		}
		reply, err := w.answer(r)
		if err != nil {
			reply = answer{"ok": false, "reason": err.Error()}
		} else {
			reply["ok"] = true
		}
		if answers.Encode(reply) != nil {
			return
		}
	}
}
