/** Why a person looks at a payout, in an operator's words: a creator reads of "you". */
import { tCode } from '../i18n';

export const why = (code: string): string => tCode('office.why', code, tCode('payout.why', code, code));
