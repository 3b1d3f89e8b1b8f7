"""OpenAI's own Python package against the gateway; prints what it saw as JSON. Arguments: base address, key."""

import json
import sys

import httpx
import openai

base, key = sys.argv[1:3]
client = openai.OpenAI(base_url=base, api_key=key, max_retries=0)
seen = {}


def ask(words, **more):
    messages = [{"role": "user", "content": words}]
    return client.chat.completions.create(model="scripted", messages=messages, max_tokens=50, **more)


raw = client.chat.completions.with_raw_response.create(
    model="scripted", messages=[{"role": "user", "content": "hi"}], max_tokens=50
)
seen["chat"] = raw.parse().choices[0].message.content
seen["cost"] = raw.headers["x-flareflow-cost-usd"]
chunks = list(ask("hi", stream=True, stream_options={"include_usage": True}))
seen["stream"] = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
seen["streamUsage"] = chunks[-1].usage.completion_tokens
seen["streamCost"] = chunks[-1].flareflow["cost_usd"]
tool = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}}}
seen["tool"] = ask("the weather?", tools=[tool]).choices[0].message.tool_calls[0].function.name
seen["vectors"] = len(client.embeddings.create(model="text-embedding-3-small", input="a text").data[0].embedding)
seen["models"] = "scripted" in [model.id for model in client.models.list().data]
seen["errors"] = []
for work in (
    lambda: client.chat.completions.create(model="nothing", messages=[{"role": "user", "content": "hi"}]),
    lambda: ask("hi", temperature="hot"),
    lambda: ask("fail"),
    lambda: client.with_options(api_key="sk-unknown0000000000").models.list(),
):
    try:
        work()
    except openai.APIStatusError as error:
        seen["errors"].append([type(error).__name__, error.status_code, error.code])
try:
    client.with_options(timeout=1).chat.completions.create(
        model="scripted", messages=[{"role": "user", "content": "late"}], max_tokens=50
    )
except openai.APITimeoutError:
    seen["timeout"] = True
with ask("slow", stream=True) as stream:
    next(iter(stream))
    stream.close()
seen["abort"] = True
attempts = []


def note(request):
    attempts.append(request.headers.get("idempotency-key"))


retrying = openai.OpenAI(
    base_url=base, api_key=key, max_retries=1, http_client=httpx.Client(event_hooks={"request": [note]})
)
try:
    retrying.chat.completions.create(model="scripted", messages=[{"role": "user", "content": "fail"}], max_tokens=50)
except openai.RateLimitError:
    seen["retries"] = len(attempts)
print(json.dumps(seen))
