curl --silent --show-error --fail-with-body "BASE_URL/chat/completions" \
  -H "Authorization: Bearer $DAI_API_KEY" \
  -H "Content-Type: application/json" \
  -d '{
    "model": "MODEL",
    "messages": [{"role": "user", "content": "My fellow citizens"}],
    "max_tokens": 40
  }'
