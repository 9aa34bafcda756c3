import { createContext } from 'react';

/** True inside the block that is being written. */
export const GrowingContext = createContext(false);
