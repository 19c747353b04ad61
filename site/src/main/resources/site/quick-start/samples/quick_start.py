# Python 3.9 or newer, nothing to install
import json
import os
import urllib.request

request = urllib.request.Request(
    "BASE_URL/chat/completions",
    data=json.dumps({
        "model": "MODEL",
        "messages": [{"role": "user", "content": "My fellow citizens"}],
        "max_tokens": 40,
    }).encode(),
    headers={
        "Authorization": "Bearer " + os.environ["DAI_API_KEY"],
        "Content-Type": "application/json",
    },
)
with urllib.request.urlopen(request, timeout=120) as response:
    answer = json.load(response)
print(answer["choices"][0]["message"]["content"])
print(answer["usage"]["total_tokens"], "tokens")
