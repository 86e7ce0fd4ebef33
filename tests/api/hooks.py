"""Teaches schemathesis media types that it does not know."""

import schemathesis

schemathesis.serializer.alias(["application/jsonl", "application/x-ndjson"], "text/plain")
