// Signs requests with AURA-HMAC-SHA256. Go 1.18 or newer, standard library only.
package main

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"time"
)

// Request is what is signed; an empty Timestamp or Nonce means a new one.
type Request struct {
	AppID, Secret, Method, URL string
	Header                     http.Header
	Body                       []byte
	Timestamp, Nonce           string
}

var (
	signable  = []string{"content-type", "host", "x-aura-nonce", "x-aura-timestamp"}
	parts     = regexp.MustCompile(`^(?:[^:/?#]+://[^/?#]*)?([^?#]*)(?:\?([^#]*))?`)
	component = strings.NewReplacer("+", "%20", "%21", "!", "%27", "'", "%28", "(", "%29", ")", "%2A", "*")
)

func sum(data []byte) string { return fmt.Sprintf("%x", sha256.Sum256(data)) }

func mac(key []byte, text string) []byte {
	hash := hmac.New(sha256.New, key)
	hash.Write([]byte(text))
	return hash.Sum(nil)
}

func newNonce() (string, error) {
	var b [16]byte
	_, err := rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:]), err
}

func canonicalPath(path string) (string, error) {
	var segments []string
	end := ""
	for _, written := range strings.Split(path, "/") {
		segment, err := url.PathUnescape(written)
		if err != nil {
			return "", err
		}
		end = "/"
		switch segment {
		case "", ".":
		case "..":
			if len(segments) > 0 {
				segments = segments[:len(segments)-1]
			}
		default:
			segments = append(segments, component.Replace(url.QueryEscape(segment)))
			end = ""
		}
	}
	if len(segments) == 0 {
		return "/", nil
	}
	return "/" + strings.Join(segments, "/") + end, nil
}

// sign returns the headers to add to a request.
func sign(r Request) (http.Header, error) {
	if r.Timestamp == "" {
		r.Timestamp = strconv.FormatInt(time.Now().Unix(), 10)
	}
	seconds, err := strconv.ParseInt(r.Timestamp, 10, 64)
	if err != nil {
		return nil, err
	}
	if r.Nonce == "" {
		if r.Nonce, err = newNonce(); err != nil {
			return nil, err
		}
	}
	added := http.Header{"X-Aura-Timestamp": {r.Timestamp}, "X-Aura-Nonce": {r.Nonce}}
	method := strings.ToUpper(r.Method)
	carries := method == "POST" || method == "PUT" || method == "PATCH"
	if carries && len(r.Body) > 0 && r.Header.Get("Content-Type") == "" {
		added.Set("Content-Type", "application/json")
	}

	var signed, lines []string
	for _, name := range signable {
		value := added.Get(name)
		if value == "" {
			value = r.Header.Get(name)
		}
		if value = strings.Join(strings.Fields(value), " "); value != "" {
			signed = append(signed, name)
			lines = append(lines, name+":"+value)
		}
	}
	found := parts.FindStringSubmatch(r.URL)
	path, err := canonicalPath(found[1])
	if err != nil {
		return nil, err
	}
	pairs := strings.FieldsFunc(found[2], func(c rune) bool { return c == '&' })
	sort.Strings(pairs)
	names := strings.Join(signed, ";")
	lines = append([]string{method, path, strings.Join(pairs, "&")}, lines...)
	canonical := strings.Join(append(lines, "", names, sum(r.Body)), "\n")

	date := time.Unix(seconds, 0).UTC().Format("20060102")
	scope := r.AppID + "/" + date + "/aura_request"
	text := "AURA-HMAC-SHA256\n" + r.Timestamp + "\n" + scope + "\n" + sum([]byte(canonical))
	key := mac(mac([]byte("AURA"+r.Secret), date), "aura_request")
	added.Set("Authorization", fmt.Sprintf("AURA-HMAC-SHA256 Credential=%s,SignedHeaders=%s,Signature=%x",
		r.AppID, names, mac(key, text)))
	return added, nil
}

func read(block string) (Request, error) {
	fields := map[string]string{}
	header := http.Header{}
	for _, line := range strings.Split(block, "\n") {
		name, written, _ := strings.Cut(line, "=")
		value, err := url.PathUnescape(written)
		if err != nil {
			return Request{}, err
		}
		if strings.HasPrefix(name, "header.") {
			header.Set(name[7:], value)
		} else {
			fields[name] = value
		}
	}
	return Request{fields["app_id"], fields["secret"], fields["method"], fields["url"],
		header, []byte(fields["body"]), fields["timestamp"], fields["nonce"]}, nil
}

func main() {
	input, err := io.ReadAll(os.Stdin)
	if err != nil {
		log.Fatal(err)
	}
	for _, block := range strings.Split(strings.TrimSpace(string(input)), "\n\n") {
		request, err := read(block)
		if err != nil {
			log.Fatal(err)
		}
		added, err := sign(request)
		if err != nil {
			log.Fatal(err)
		}
		for name := range added {
			fmt.Printf("%s: %s\n", name, added.Get(name))
		}
		fmt.Println()
	}
}
