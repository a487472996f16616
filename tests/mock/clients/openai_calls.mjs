// Calls the OpenAI SDK for Node against the mock; prints what it returned as one JSON object.
import OpenAI from "openai";
import { zodResponseFormat } from "openai/helpers/zod";
import { z } from "zod";

const model = "Qwen/Qwen3.5-27B";
const messages = [{ role: "user", content: "Hello?" }];
const client = new OpenAI({ maxRetries: 0 });
const found = {};

let reply = await client.chat.completions.create({ model, messages });
found.chat = reply.choices[0].message.content;

found.stream = "";
const stream = await client.chat.completions.create({ model, messages, stream: true, stream_options: { include_usage: true } });
for await (const chunk of stream) {
  found.stream += chunk.choices[0]?.delta?.content ?? "";
  found.usage = chunk.usage?.completion_tokens ?? found.usage;
}

const weather = {
  type: "function",
  function: {
    name: "weather",
    parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
  },
};
reply = await client.chat.completions.create({ model, messages, tools: [weather], tool_choice: "required" });
const [call] = reply.choices[0].message.tool_calls;
found.tool = [call.function.name, JSON.parse(call.function.arguments)];

const Person = z.object({ name: z.string(), age: z.number() });
reply = await client.chat.completions.parse({ model, messages, response_format: zodResponseFormat(Person, "person") });
found.parse = reply.choices[0].message.parsed;

try {
  await client.chat.completions.create({ model: "acme/invented", messages });
} catch (error) {
  found.error = [error.status, error.message.includes("Invalid model id")];
}
console.log(JSON.stringify(found));
