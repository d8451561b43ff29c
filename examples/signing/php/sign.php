<?php

// Signs requests with AURA-HMAC-SHA256. PHP 8.0 or newer, nothing else.

declare(strict_types=1);

const SIGNABLE = ['content-type', 'host', 'x-aura-nonce', 'x-aura-timestamp'];

function nonce(): string
{
    $random = random_bytes(16);
    $random[6] = chr(ord($random[6]) & 0x0f | 0x40);
    $random[8] = chr(ord($random[8]) & 0x3f | 0x80);
    return vsprintf('%s%s-%s-%s-%s-%s%s%s', str_split(bin2hex($random), 4));
}

/** As JavaScript's encodeURIComponent. */
function component(string $text): string
{
    return strtr(rawurlencode($text), ['%21' => '!', '%27' => "'", '%28' => '(', '%29' => ')', '%2A' => '*']);
}

function canonical_path(string $path): string
{
    $segments = [];
    $open = true;
    foreach (array_map('rawurldecode', explode('/', $path)) as $segment) {
        $open = in_array($segment, ['', '.', '..'], true);
        if ($segment === '..') {
            array_pop($segments);
        } elseif (!$open) {
            $segments[] = component($segment);
        }
    }
    return '/' . implode('/', $segments) . ($open && $segments !== [] ? '/' : '');
}

/** The headers to add to a request; `$body` holds the bytes that are sent. */
function sign(
    string $appId,
    string $secret,
    string $method,
    string $url,
    array $headers,
    string $body = '',
    ?string $timestamp = null,
    ?string $nonce = null,
): array {
    $timestamp ??= (string) time();
    $method = strtoupper($method);
    $added = ['X-Aura-Timestamp' => $timestamp, 'X-Aura-Nonce' => $nonce ?? nonce()];
    $values = [];
    foreach (array_merge($headers, $added) as $name => $value) {
        $values[strtolower($name)] = trim(preg_replace('/\s+/', ' ', $value));
    }
    $carries = in_array($method, ['POST', 'PUT', 'PATCH'], true) && $body !== '';
    if ($carries && ($values['content-type'] ?? '') === '') {
        $values['content-type'] = $added['Content-Type'] = 'application/json';
    }

    preg_match('~^(?:[^:/?#]+://[^/?#]*)?([^?#]*)(?:\?([^#]*))?~', $url, $parts);
    $pairs = array_filter(explode('&', $parts[2] ?? ''), fn ($pair) => $pair !== '');
    sort($pairs, SORT_STRING);
    $signed = array_filter(SIGNABLE, fn ($name) => ($values[$name] ?? '') !== '');
    $canonical = implode("\n", [
        $method,
        canonical_path($parts[1]),
        implode('&', $pairs),
        ...array_map(fn ($name) => "$name:$values[$name]", array_values($signed)),
        '',
        implode(';', $signed),
        hash('sha256', $body),
    ]);

    $date = gmdate('Ymd', (int) $timestamp);
    $scope = "$appId/$date/aura_request";
    $text = "AURA-HMAC-SHA256\n$timestamp\n$scope\n" . hash('sha256', $canonical);
    $key = hash_hmac('sha256', 'aura_request', hash_hmac('sha256', $date, "AURA$secret", true), true);
    $added['Authorization'] = "AURA-HMAC-SHA256 Credential=$appId,SignedHeaders=" . implode(';', $signed)
        . ',Signature=' . hash_hmac('sha256', $text, $key);
    return $added;
}

function main(): void
{
    foreach (explode("\n\n", trim(stream_get_contents(STDIN))) as $block) {
        $fields = $headers = [];
        foreach (explode("\n", $block) as $line) {
            [$name, $value] = explode('=', $line, 2);
            if (str_starts_with($name, 'header.')) {
                $headers[substr($name, 7)] = rawurldecode($value);
            } else {
                $fields[$name] = rawurldecode($value);
            }
        }
        $added = sign(
            $fields['app_id'],
            $fields['secret'],
            $fields['method'],
            $fields['url'],
            $headers,
            $fields['body'] ?? '',
            $fields['timestamp'] ?? null,
            $fields['nonce'] ?? null,
        );
        foreach ($added as $name => $value) {
            echo "$name: $value\n";
        }
        echo "\n";
    }
}

if (realpath($argv[0] ?? '') === __FILE__) {
    main();
}
