/** The pages at BASE/c that lead into no chat: few ever see them, so they are not in the main chunk. */
export { EndedPage, LeftPage } from './pages/Ended.tsx';
export { IncompletePage } from './pages/Incomplete.tsx';
