// Calls the AI SDK and its provider for OpenAI-compatible services against the mock.
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { experimental_generateImage as generateImage, generateObject, generateText, streamText, tool } from "ai";
import { z } from "zod";

const modelscope = createOpenAICompatible({
  name: "modelscope",
  baseURL: process.env.OPENAI_BASE_URL.replace(/\/$/, ""),
  apiKey: process.env.OPENAI_API_KEY,
  supportsStructuredOutputs: true,
});
const model = modelscope("Qwen/Qwen3.5-27B");
const options = { model, prompt: "Hello?", maxRetries: 0 };
const found = {};

found.text = (await generateText(options)).text;

found.stream = "";
for await (const part of streamText(options).textStream) found.stream += part;

const schema = z.object({ name: z.string(), age: z.number() });
found.object = (await generateObject({ ...options, schema })).object;

const weather = tool({ inputSchema: z.object({ city: z.string() }) });
const result = await generateText({ ...options, tools: { weather }, toolChoice: "required" });
found.tool = [result.toolCalls[0].toolName, result.toolCalls[0].input];

const image = await generateImage({ model: modelscope.imageModel("Qwen/Qwen-Image"), prompt: "A red square", maxRetries: 0 });
found.image = [image.image.mediaType, image.image.uint8Array.length];

try {
  await generateText({ ...options, model: modelscope("acme/invented") });
} catch (error) {
  found.error = [error.statusCode, error.message.includes("Invalid model id")];
}
console.log(JSON.stringify(found));
