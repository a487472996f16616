import { AIChatModelCard } from '../types/aiModel';

const modelscopeChatModels: AIChatModelCard[] = [
  {
    contextWindowTokens: 131_072,
    description: 'A model of Qwen/Alibaba, see src/models for others.',
    displayName: 'Qwen3.5 27B',
    id: 'Qwen/Qwen3.5-27B',
    pricing: {
      units: [],
    },
    type: 'chat',
  },
  {
    displayName: 'Qwen3 8B',
    id: 'Qwen/Qwen3-8B',
    type: 'chat',
  },
];

export const allModels = [...modelscopeChatModels];
export default allModels;
