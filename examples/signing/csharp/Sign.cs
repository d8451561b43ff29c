// Signs requests with AURA-HMAC-SHA256. .NET Framework 4.6, Mono or newer, nothing else.

using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

public static class Signer
{
    static readonly string[] Signable = { "content-type", "host", "x-aura-nonce", "x-aura-timestamp" };

    static string Hex(byte[] bytes)
    {
        return BitConverter.ToString(bytes).Replace("-", "").ToLowerInvariant();
    }

    static string Sha256(byte[] data)
    {
        using (var hash = SHA256.Create()) return Hex(hash.ComputeHash(data));
    }

    static byte[] Hmac(byte[] key, string text)
    {
        using (var mac = new HMACSHA256(key)) return mac.ComputeHash(Encoding.UTF8.GetBytes(text));
    }

    // As JavaScript's encodeURIComponent: .NET leaves fewer characters as they are.
    static string Encoded(string text)
    {
        return Uri.EscapeDataString(text).Replace("%21", "!").Replace("%27", "'")
            .Replace("%28", "(").Replace("%29", ")").Replace("%2A", "*");
    }

    static string CanonicalPath(string path)
    {
        var segments = new List<string>();
        var open = true;
        foreach (var segment in path.Split('/').Select(part => Uri.UnescapeDataString(part)))
        {
            open = segment == "" || segment == "." || segment == "..";
            if (!open) segments.Add(Encoded(segment));
            else if (segment == ".." && segments.Count > 0) segments.RemoveAt(segments.Count - 1);
        }
        return "/" + string.Join("/", segments) + (open && segments.Count > 0 ? "/" : "");
    }

    /// <summary>The headers to add to a request; <c>body</c> holds the bytes that are sent.</summary>
    public static Dictionary<string, string> Sign(
        string appId, string secret, string method, string url,
        IDictionary<string, string> headers, byte[] body, string timestamp = null, string nonce = null)
    {
        timestamp = timestamp ?? DateTimeOffset.UtcNow.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        method = method.ToUpperInvariant();
        var added = new Dictionary<string, string>
        {
            { "X-Aura-Timestamp", timestamp },
            { "X-Aura-Nonce", nonce ?? Guid.NewGuid().ToString() },
        };
        var values = new Dictionary<string, string>();
        foreach (var header in headers.Concat(added))
            values[header.Key.ToLowerInvariant()] = Regex.Replace(header.Value.Trim(), @"\s+", " ");
        Func<string, bool> present = name => values.ContainsKey(name) && values[name] != "";
        var carries = new[] { "POST", "PUT", "PATCH" }.Contains(method) && body.Length > 0;
        if (carries && !present("content-type"))
            values["content-type"] = added["Content-Type"] = "application/json";

        var parts = Regex.Match(url, @"^(?:[^:/?#]+://[^/?#]*)?([^?#]*)(?:\?([^#]*))?");
        var pairs = parts.Groups[2].Value.Split(new[] { '&' }, StringSplitOptions.RemoveEmptyEntries);
        Array.Sort(pairs, StringComparer.Ordinal);
        var signed = Signable.Where(present).ToArray();
        var lines = new List<string> { method, CanonicalPath(parts.Groups[1].Value), string.Join("&", pairs) };
        lines.AddRange(signed.Select(name => name + ":" + values[name]));
        lines.AddRange(new[] { "", string.Join(";", signed), Sha256(body) });
        var canonical = Encoding.UTF8.GetBytes(string.Join("\n", lines));

        var time = DateTimeOffset.FromUnixTimeSeconds(long.Parse(timestamp, CultureInfo.InvariantCulture));
        var date = time.ToString("yyyyMMdd", CultureInfo.InvariantCulture);
        var scope = appId + "/" + date + "/aura_request";
        var text = "AURA-HMAC-SHA256\n" + timestamp + "\n" + scope + "\n" + Sha256(canonical);
        var key = Hmac(Hmac(Encoding.UTF8.GetBytes("AURA" + secret), date), "aura_request");
        added["Authorization"] = "AURA-HMAC-SHA256 Credential=" + appId
            + ",SignedHeaders=" + string.Join(";", signed) + ",Signature=" + Hex(Hmac(key, text));
        return added;
    }

    public static void Main()
    {
        var input = Console.In.ReadToEnd().Trim();
        foreach (var block in Regex.Split(input, "\n\n"))
        {
            var headers = new Dictionary<string, string>();
            var fields = new Dictionary<string, string> { { "body", "" }, { "timestamp", null }, { "nonce", null } };
            foreach (var pair in block.Split('\n').Select(line => line.Split(new[] { '=' }, 2)))
            {
                var value = Uri.UnescapeDataString(pair[1]);
                if (pair[0].StartsWith("header.", StringComparison.Ordinal)) headers[pair[0].Substring(7)] = value;
                else fields[pair[0]] = value;
            }
            var added = Sign(
                fields["app_id"], fields["secret"], fields["method"], fields["url"],
                headers, Encoding.UTF8.GetBytes(fields["body"]), fields["timestamp"], fields["nonce"]);
            foreach (var header in added) Console.WriteLine(header.Key + ": " + header.Value);
            Console.WriteLine();
        }
    }
}
