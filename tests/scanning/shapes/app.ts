import OpenAI from 'openai';
import { model } from 'src/models';

const client = new OpenAI({ baseURL: 'https://api-inference.modelscope.cn/v1' });
const MODEL = process.env.MODEL ?? "acme-lab/Retired-7B";
const options = { model: `Qwen/Qwen3.5-27B`, icon: 'assets/model.png', modelIcon: 'assets/icon' };
const models: string[] = [
  'Qwen/Qwen3-8B',
  'acme-lab/Retired-7B',
];
const id = 'users/me';
