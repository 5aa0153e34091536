/** Why a file did not come. */
export type FileFailure = "expired" | "too-big" | "unreachable" | "failed";

/** What the gateway says about files that people send, in one language. */
export interface FileSentences {
  /** To whoever sent a file that did not come: its safe name, and how big it might have been, if that is known. */
  readonly failed: Readonly<Record<FileFailure, (name: string, mostMb: number | undefined) => string>>;
  /** To whoever sent a voice message where nobody can listen to one. */
  readonly voiceUnset: string;
  /** To whoever sent a voice message that could not be turned into words this time. */
  readonly voiceFailed: string;
}

export const fileSentencesEn: FileSentences = {
  failed: {
    expired: (name) => `The file \`${name}\` is not there any more. Please send it again.`,
    "too-big": (name, mostMb) =>
      `The file \`${name}\` is too big${mostMb === undefined ? " to be taken here" : `: at most ${mostMb} MB can be taken`}.`,
    unreachable: (name) =>
      `The file \`${name}\` could not be fetched just now. Please send it again in a while.`,
    failed: (name) => `The file \`${name}\` could not be fetched, so the agent has not seen it.`,
  },
  voiceUnset:
    "Voice messages cannot be turned into text here yet, so the agent was handed the recording as a file. Whoever runs this gateway can change that with the setting audio.transcription, or with a plugin.",
  voiceFailed:
    "This voice message could not be turned into text, so the agent was handed the recording as a file. Please write it, or try again later.",
};

export const fileSentencesZh: FileSentences = {
  failed: {
    expired: (name) => `文件 \`${name}\` 已经失效,请重新发送。`,
    "too-big": (name, mostMb) =>
      `文件 \`${name}\` 太大,${mostMb === undefined ? "这里无法接收" : `最大支持 ${mostMb} MB`}。`,
    unreachable: (name) => `暂时无法获取文件 \`${name}\`,请稍后重新发送。`,
    failed: (name) => `无法获取文件 \`${name}\`,智能体没有看到它。`,
  },
  voiceUnset:
    "这里还不能把语音消息转成文字,录音已作为文件交给智能体。网关的管理员可以通过 audio.transcription 设置或插件来开启此功能。",
  voiceFailed: "这条语音消息未能转成文字,录音已作为文件交给智能体。请改用文字发送,或稍后再试。",
};
