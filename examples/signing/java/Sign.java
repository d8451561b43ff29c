// Signs requests with AURA-HMAC-SHA256. Java 17 or newer, nothing else: java Sign.java

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

public final class Sign {
    private static final List<String> SIGNABLE =
            List.of("content-type", "host", "x-aura-nonce", "x-aura-timestamp");
    private static final Pattern PARTS =
            Pattern.compile("(?:[^:/?#]+://[^/?#]*)?([^?#]*)(?:\\?([^#]*))?(?:#.*)?");

    private static String sha256(byte[] data) throws GeneralSecurityException {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(data));
    }

    private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(text.getBytes(UTF_8));
    }

    /** Unlike a form's value, a plus stays a plus. */
    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), UTF_8);
    }

    /** As JavaScript's encodeURIComponent. */
    private static String encoded(String text) {
        return URLEncoder.encode(text, UTF_8).replace("+", "%20").replace("%21", "!").replace("%27", "'")
                .replace("%28", "(").replace("%29", ")").replace("%7E", "~");
    }

    private static String canonicalPath(String path) {
        Deque<String> segments = new ArrayDeque<>();
        boolean open = true;
        for (String written : path.split("/", -1)) {
            String segment = decoded(written);
            open = List.of("", ".", "..").contains(segment);
            if (segment.equals("..")) {
                segments.pollLast();
            } else if (!open) {
                segments.add(encoded(segment));
            }
        }
        return "/" + String.join("/", segments) + (open && !segments.isEmpty() ? "/" : "");
    }

    /** The headers to add to a request; {@code body} holds the bytes that are sent. */
    static Map<String, String> sign(String appId, String secret, String method, String url,
            Map<String, String> headers, byte[] body, String timestamp, String nonce)
            throws GeneralSecurityException {
        String verb = method.toUpperCase(Locale.ROOT);
        Map<String, String> added = new LinkedHashMap<>();
        added.put("X-Aura-Timestamp", timestamp);
        added.put("X-Aura-Nonce", nonce);
        Map<String, String> values = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        values.putAll(headers);
        boolean carries = List.of("POST", "PUT", "PATCH").contains(verb) && body.length > 0;
        if (carries && values.getOrDefault("Content-Type", "").isBlank()) {
            added.put("Content-Type", "application/json");
        }
        values.putAll(added);
        values.replaceAll((name, value) -> value.strip().replaceAll("\\s+", " "));

        Matcher parts = PARTS.matcher(url);
        if (!parts.matches()) {
            throw new IllegalArgumentException("Not a URL: " + url);
        }
        String query = parts.group(2) == null ? "" : parts.group(2);
        List<String> signed =
                SIGNABLE.stream().filter(name -> !values.getOrDefault(name, "").isEmpty()).toList();
        String names = String.join(";", signed);
        List<String> lines = new ArrayList<>(List.of(verb, canonicalPath(parts.group(1))));
        lines.add(Arrays.stream(query.split("&")).filter(pair -> !pair.isEmpty()).sorted()
                .collect(Collectors.joining("&")));
        signed.forEach(name -> lines.add(name + ":" + values.get(name)));
        lines.addAll(List.of("", names, sha256(body)));
        String canonical = String.join("\n", lines);

        Instant time = Instant.ofEpochSecond(Long.parseLong(timestamp));
        String date = LocalDate.ofInstant(time, ZoneOffset.UTC).format(DateTimeFormatter.BASIC_ISO_DATE);
        String scope = appId + "/" + date + "/aura_request";
        String text = String.join("\n", "AURA-HMAC-SHA256", timestamp, scope, sha256(canonical.getBytes(UTF_8)));
        byte[] key = hmac(hmac(("AURA" + secret).getBytes(UTF_8), date), "aura_request");
        added.put("Authorization", "AURA-HMAC-SHA256 Credential=" + appId + ",SignedHeaders=" + names
                + ",Signature=" + HexFormat.of().formatHex(hmac(key, text)));
        return added;
    }

    public static void main(String[] arguments) throws IOException, GeneralSecurityException {
        String input = new String(System.in.readAllBytes(), UTF_8).strip();
        for (String block : input.split("\n\n")) {
            Map<String, String> fields = new LinkedHashMap<>();
            Map<String, String> headers = new LinkedHashMap<>();
            for (String line : block.split("\n")) {
                String[] pair = line.split("=", 2);
                boolean header = pair[0].startsWith("header.");
                (header ? headers : fields).put(header ? pair[0].substring(7) : pair[0], decoded(pair[1]));
            }
            String now = Long.toString(Instant.now().getEpochSecond());
            Map<String, String> added = sign(fields.get("app_id"), fields.get("secret"), fields.get("method"),
                    fields.get("url"), headers, fields.getOrDefault("body", "").getBytes(UTF_8),
                    fields.getOrDefault("timestamp", now),
                    fields.getOrDefault("nonce", UUID.randomUUID().toString()));
            added.forEach((name, value) -> System.out.println(name + ": " + value));
            System.out.println();
        }
    }
}
