export {
  type Fetched,
  fetchFile,
  fetchOut,
  fetchText,
  postOut,
  type TextAnswer,
  type TextRequest,
} from './ask.ts'
export { isPrivateAddress } from './guard.ts'
export { agentLine, type Manners, openPolite, type Polite } from './polite.ts'
export { parseRobots, type Robots } from './robots.ts'
export { fetchStart, type StartAnswer, type StartRequest } from './start.ts'
